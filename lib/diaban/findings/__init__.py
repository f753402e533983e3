"""From results to statements: findings, their strength, their words and the measures that follow."""
