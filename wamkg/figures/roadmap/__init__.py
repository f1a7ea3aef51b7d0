"""The roadmap: methods along time on the branches they belong to, upright or lying."""
