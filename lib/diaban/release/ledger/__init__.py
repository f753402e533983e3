"""What a release shows so far, together with what earlier editions gave out."""
