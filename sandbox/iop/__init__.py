"""What the sandbox's two marketplaces on Alibaba's open platform (Lazada, AliExpress) have in common; no marketplace itself."""
