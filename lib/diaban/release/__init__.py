"""What may leave the office: protected tables, pages and exports."""
