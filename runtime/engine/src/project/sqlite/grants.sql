-- What the operator grants to a destination's sink, and at which pace it is delivered to, as JSON. Values of credentials are among
-- what is sealed.
ALTER TABLE destination ADD COLUMN grants TEXT NOT NULL DEFAULT '{}';
ALTER TABLE destination ADD COLUMN delivery TEXT NOT NULL DEFAULT '{}';
