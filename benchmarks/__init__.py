"""What Headwater costs, measured beside a peer in the same run; ratios are what to quote."""
