"""What the services and the clients are built on."""
