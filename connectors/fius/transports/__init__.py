"""Carries a filing to an FIU and brings its answers back."""
