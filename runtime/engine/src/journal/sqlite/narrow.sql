-- Ways to the deliveries of one group or one object. A context's id never changes, so that attempts leave the first index alone.
CREATE INDEX delivery_context ON delivery (context);
CREATE INDEX context_group ON context (group_ref, object_name);
CREATE INDEX context_object ON context (object_name);
