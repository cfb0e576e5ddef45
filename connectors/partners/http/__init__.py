"""The HTTP door: takes partners' transfers and answers when the broker has them."""
