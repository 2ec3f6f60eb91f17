"""What all charts share: page layout, axes, text measuring, marks and colours.  Knows no results."""
