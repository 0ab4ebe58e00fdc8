# unit tests: serve
