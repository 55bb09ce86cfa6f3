"""What sensors, schedules and conditions remember between two looks."""
