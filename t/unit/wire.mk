# unit tests: wire
