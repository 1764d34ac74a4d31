-- Version 10: the way to what was delivered, past any number of deliveries that wait in front of it.
CREATE INDEX delivery_delivered ON delivery (id) WHERE status = 1;
