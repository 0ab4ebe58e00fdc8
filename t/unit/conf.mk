# unit tests: conf
