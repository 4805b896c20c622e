"""A real OpenSearch for the tests: installed from Maven Central, run on the loopback, ended by its own process ids."""
