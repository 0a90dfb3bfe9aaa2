"""What several tests share: a started server, and clients that speak to it."""
