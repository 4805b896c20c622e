"""The measurements that the documents quote, each one command."""
