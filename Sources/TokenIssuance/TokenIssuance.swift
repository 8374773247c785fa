// TokenIssuance
