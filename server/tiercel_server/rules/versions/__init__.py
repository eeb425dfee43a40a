"""What one version of Kestra has and another has not."""
