"""What sensors, schedules and conditions leave behind."""
