# unit tests: answer
