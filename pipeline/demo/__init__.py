"""`daiyun demo`: one whole night on real Airflow against loopback marketplaces, and the comparison with their truth."""
