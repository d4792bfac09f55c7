"""`shuren bench turns`: does she wait till people have finished, and stop when they really interrupt?"""
