"""Deep models of other papers, written from them on PyTorch Geometric's layers; one loop trains all."""
