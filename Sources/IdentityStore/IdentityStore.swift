// IdentityStore
