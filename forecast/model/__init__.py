"""What happens, written once: pure compiled rules of numbers that both engines call; WHEN it happens is not known here."""
