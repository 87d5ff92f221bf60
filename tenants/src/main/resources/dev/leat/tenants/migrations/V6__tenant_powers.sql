-- The words of the powers that the tenant may grant its functions, separated by commas; NULL for all that there are.
ALTER TABLE tenants ADD COLUMN powers VARCHAR(400);
