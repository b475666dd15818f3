"""Small-sample inference on arrays: degrees of freedom, adjusted covariance, simultaneous comparisons."""
