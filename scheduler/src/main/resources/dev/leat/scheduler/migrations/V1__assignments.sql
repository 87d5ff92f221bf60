-- Which workers keep how many instances of a version warm. Written by one node at a time, under the lease 'placement', whose
-- fencing number stands in each row.
CREATE TABLE assignments (
  tenant    VARCHAR(63)  NOT NULL,
  function  VARCHAR(63)  NOT NULL,
  version   INTEGER      NOT NULL,
  module    VARCHAR(71)  NOT NULL,
  node      VARCHAR(100) NOT NULL,
  instances INTEGER      NOT NULL,
  fence     BIGINT       NOT NULL,
  PRIMARY KEY (tenant, function, version, module, node)
);
