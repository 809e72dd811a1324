"""Human doors of the data centre: hand in, watch, read the receipt, take back what was refused."""
