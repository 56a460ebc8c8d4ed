"""What people see: pages live here. They ask `experiments` for everything they show, and compute nothing themselves."""
