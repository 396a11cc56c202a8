"""The example year: a fictional bureau's 2025 as the spreadsheets an office really has."""
