"""The roadmap: methods in time on the branches they belong to, vertical or horizontal."""
