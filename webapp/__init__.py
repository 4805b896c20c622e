"""The web application: pages, API and exchange formats. Views translate requests and answers, and decide nothing."""
