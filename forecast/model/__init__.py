"""What happens, written once: pure compiled rules of numbers that both engines call; WHEN is not known here."""
