-- A suspended tenant's functions are not run, and its tokens may do nothing.
ALTER TABLE tenants ADD COLUMN state VARCHAR(20) DEFAULT 'active' NOT NULL;
