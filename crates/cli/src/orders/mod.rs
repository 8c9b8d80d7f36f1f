//! Order logs: reading, cleaning, folding.
