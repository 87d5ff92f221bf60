-- The private addresses that the tenant's functions may reach by HTTP, separated by commas; NULL for none.
ALTER TABLE tenants ADD COLUMN private_addresses VARCHAR(4000);
