# Two commands set everything up: `make serve` and `make test`.
