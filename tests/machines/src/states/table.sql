create table upstream (
    name  text primary key,
    state bytea not null default ''
) with (fillfactor = 10);
