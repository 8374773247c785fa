// IdentityModel
