-- What was changed, in the order of the commits. Whoever writes takes its number from the counter, whose row stays
-- locked until the commit: so numbers have no gaps, and none is seen before a smaller one.
CREATE TABLE change_counter (
  last_number BIGINT NOT NULL
);
INSERT INTO change_counter (last_number) VALUES (0);

CREATE TABLE changes (
  number  BIGINT       PRIMARY KEY,
  kind    VARCHAR(40)  NOT NULL,
  subject VARCHAR(250) NOT NULL
);
