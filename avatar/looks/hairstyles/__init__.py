"""How hair is worn: one generator a style, on shared tools that comb strands over a head and lay cards along them."""
