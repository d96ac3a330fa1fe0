-- The present schema, made from migrations/ by: go test ./internal/db -update

CREATE TABLE address_mark (
    user_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,                -- of channel
    address    TEXT NOT NULL,
    proven_at  BIGINT NOT NULL DEFAULT 0,
    bad_at     BIGINT NOT NULL DEFAULT 0,
    trouble    TEXT NOT NULL DEFAULT '',
    code       TEXT NOT NULL DEFAULT '',     -- hash of the code that was sent last
    code_at    BIGINT NOT NULL DEFAULT 0,
    tries      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, kind)
);

CREATE TABLE alarm (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    rule        TEXT NOT NULL,
    level       TEXT NOT NULL,                 -- notice, exceed, grave
    state       TEXT NOT NULL,
    outlet_id   TEXT NOT NULL REFERENCES outlet (id),
    enterprise_id TEXT NOT NULL,
    area        TEXT NOT NULL,
    factor      TEXT NOT NULL,
    limit_value TEXT NOT NULL,                 -- decimal text of the limit that was broken
    basis       TEXT NOT NULL,                 -- standard and article of the limit
    value       TEXT NOT NULL,                 -- newest value that broke it
    peak        TEXT NOT NULL,                 -- worst value
    times       BIGINT NOT NULL DEFAULT 1,     -- values that broke it
    started_at  BIGINT NOT NULL,               -- event time of the first
    last_at     BIGINT NOT NULL,               -- event time of the newest
    ended_at    BIGINT NOT NULL DEFAULT 0,     -- event time of the return under the limit; 0 = lasts
    summary     TEXT NOT NULL,
    clue_id     TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
, explained TEXT NOT NULL DEFAULT '', quiet TEXT NOT NULL DEFAULT '', quiet_by TEXT NOT NULL DEFAULT '', sector TEXT NOT NULL DEFAULT '', level_at BIGINT NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '', grade_why TEXT NOT NULL DEFAULT '', grade_up BOOLEAN NOT NULL DEFAULT FALSE, highest TEXT NOT NULL DEFAULT '', event_id TEXT NOT NULL DEFAULT '', apart BOOLEAN NOT NULL DEFAULT FALSE, also TEXT NOT NULL DEFAULT '');

CREATE INDEX alarm_area ON alarm (area, id);

CREATE INDEX alarm_enterprise ON alarm (enterprise_id, id);

CREATE INDEX alarm_of_event ON alarm (event_id) WHERE event_id <> '';

CREATE UNIQUE INDEX alarm_open ON alarm (outlet_id, rule, factor) WHERE state <> 'cleared';

CREATE INDEX alarm_outlet ON alarm (outlet_id, started_at);

CREATE INDEX alarm_sector ON alarm (sector, id) WHERE sector <> '';

CREATE INDEX alarm_state ON alarm (state, id);

CREATE TABLE alarm_event (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    grouped_by    TEXT NOT NULL DEFAULT '',      -- the rule that made it; '' = a person did
    state         TEXT NOT NULL,                 -- active, closed, dissolved
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX alarm_event_area ON alarm_event (area, id);

CREATE INDEX alarm_event_enterprise ON alarm_event (enterprise_id, state);

CREATE TABLE alarm_told (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    area          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    merged        BOOLEAN NOT NULL
);

CREATE INDEX alarm_told_enterprise ON alarm_told (enterprise_id, at);

CREATE TABLE ambient_day (
    station    BIGINT NOT NULL,
    factor     TEXT NOT NULL,
    day        BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    hours      BYTEA NOT NULL,                    -- packed
    source     TEXT NOT NULL,                     -- hj212, sheet, api
    reason     TEXT NOT NULL DEFAULT '',          -- of versions behind the first
    author     TEXT NOT NULL DEFAULT '',          -- '' = the device
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (station, factor, day, version)
);

CREATE TABLE ambient_function (
    station_id TEXT NOT NULL REFERENCES ambient_station (id),
    valid_from BIGINT NOT NULL,                   -- day
    class      BIGINT NOT NULL,                   -- water 1 to 5, air 1 or 2, 0 = none
    basis      TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (station_id, valid_from)
);

CREATE TABLE ambient_manual (
    station    BIGINT NOT NULL,
    month      BIGINT NOT NULL,
    factor     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    value      TEXT NOT NULL,
    below      BOOLEAN NOT NULL DEFAULT FALSE,    -- not found; the value is the limit of detection
    reason     TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (station, month, factor, version)
);

CREATE TABLE ambient_month (
    station BIGINT NOT NULL,
    factor  TEXT NOT NULL,
    month   BIGINT NOT NULL,                      -- 12 × year + month − 1
    days    BYTEA NOT NULL,                       -- packed
    PRIMARY KEY (station, factor, month)
);

CREATE TABLE ambient_station (
    id         TEXT PRIMARY KEY,
    num        BIGINT NOT NULL UNIQUE,            -- short key of its values
    code       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,                     -- air, section, source, lake
    level      TEXT NOT NULL,                     -- air: urban, functional, …; water: national, provincial, …
    method     TEXT NOT NULL,                     -- auto, manual
    purpose    TEXT NOT NULL,                     -- assess: its values count for its area
    area       TEXT NOT NULL,
    water      TEXT NOT NULL DEFAULT '',          -- river, lake or reservoir
    still      BOOLEAN NOT NULL DEFAULT FALSE,    -- a lake or reservoir: its limits of phosphorus
    address    TEXT NOT NULL DEFAULT '',
    lng        DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat        DOUBLE PRECISION NOT NULL DEFAULT 0,
    mn         TEXT NOT NULL DEFAULT '',          -- of its data logger, '' = none
    milligrams BOOLEAN NOT NULL DEFAULT FALSE,    -- the logger of an air station reports mg/m³
    since      BIGINT NOT NULL,                   -- first day, days since 1970 in Beijing
    until      BIGINT NOT NULL DEFAULT 0,         -- first day without it, 0 = stands
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX ambient_station_area ON ambient_station (area, code);

CREATE UNIQUE INDEX ambient_station_mn ON ambient_station (mn) WHERE mn <> '';

CREATE TABLE app_attempt (
    subject  TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL DEFAULT '',   -- '' = no such login, or an address
    failed   BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

CREATE INDEX app_attempt_user ON app_attempt (user_id);

CREATE TABLE app_deputy (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES app_user (id),   -- who is away
    deputy_id   TEXT NOT NULL REFERENCES app_user (id),   -- who stands in
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX app_deputy_deputy ON app_deputy (deputy_id);

CREATE INDEX app_deputy_user ON app_deputy (user_id);

CREATE TABLE app_otp (
    user_id   TEXT PRIMARY KEY REFERENCES app_user (id),
    secret    BYTEA NOT NULL,
    last_step BIGINT NOT NULL DEFAULT 0,   -- of the last code used; it and all before count no more
    made_at   BIGINT NOT NULL
);

CREATE TABLE app_recovery (
    user_id TEXT NOT NULL REFERENCES app_user (id),
    hash    BYTEA NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE app_session (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES app_user (id),
    token_hash  BYTEA NOT NULL UNIQUE,
    device      TEXT NOT NULL DEFAULT '',
    address     TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    revoked_at  BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX app_session_user ON app_session (user_id);

CREATE TABLE app_token (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES app_user (id),
    name        TEXT NOT NULL,
    token_hash  BYTEA NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL DEFAULT 0,
    revoked_at  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE app_user (
    id            TEXT PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    phone         TEXT NOT NULL DEFAULT '',
    email         TEXT NOT NULL DEFAULT '',
    roles         TEXT NOT NULL,              -- JSON array of role names
    area          TEXT NOT NULL,              -- region code; '' = whole jurisdiction
    agency        TEXT NOT NULL DEFAULT '',   -- agency id of the profile
    enterprise_id TEXT NOT NULL DEFAULT '',
    password      TEXT NOT NULL DEFAULT '',   -- argon2id PHC string; '' = no password sign-in
    must_change   BOOLEAN NOT NULL DEFAULT FALSE,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
, password_at BIGINT NOT NULL DEFAULT 0, otp_at BIGINT NOT NULL DEFAULT 0);

CREATE TABLE audit_checkpoint (
    size       BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    note       TEXT NOT NULL              -- signed note
);

CREATE TABLE audit_entry (
    id         TEXT PRIMARY KEY,          -- UUIDv7
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,             -- user id, or system:<part>
    action     TEXT NOT NULL,             -- e.g. issue.assign
    kind       TEXT NOT NULL DEFAULT '',  -- subject kind, e.g. issue
    subject    TEXT NOT NULL DEFAULT '',  -- subject id
    body       TEXT NOT NULL,             -- canonical JSON; what is hashed
    hash       BYTEA NOT NULL             -- SHA-256 of body
);

CREATE INDEX audit_entry_action ON audit_entry (action, at, id);

CREATE INDEX audit_entry_actor ON audit_entry (actor, at, id);

CREATE INDEX audit_entry_at ON audit_entry (at, id);

CREATE INDEX audit_entry_subject ON audit_entry (kind, subject, at, id);

CREATE TABLE audit_head (
    one         BIGINT PRIMARY KEY,
    origin      TEXT NOT NULL,        -- place and installation, first line of every checkpoint
    size        BIGINT NOT NULL,
    lease_owner TEXT NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE audit_leaf (
    seq        BIGINT PRIMARY KEY,        -- position in the tree, from 0
    entry_id   TEXT NOT NULL UNIQUE REFERENCES audit_entry (id)
);

CREATE TABLE audit_node (
    idx        BIGINT PRIMARY KEY,
    hash       BYTEA NOT NULL
);

CREATE TABLE audit_pending (
    entry_id TEXT PRIMARY KEY
);

CREATE TABLE audit_witness (
    name    TEXT NOT NULL,
    size    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (name, size)
);

CREATE TABLE bus_cursor (
    consumer TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL
, lease_owner TEXT NOT NULL DEFAULT '', lease_until BIGINT NOT NULL DEFAULT 0);

CREATE TABLE bus_event (
    seq     BIGINT PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    at      BIGINT NOT NULL,
    topic   TEXT NOT NULL,                -- e.g. issue.assigned
    kind    TEXT NOT NULL,                -- subject kind
    subject TEXT NOT NULL,                -- subject id
    area    TEXT NOT NULL DEFAULT '',
    body    TEXT NOT NULL                 -- JSON
);

CREATE INDEX bus_event_at ON bus_event (at);

CREATE TABLE bus_head (
    one  BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL
);

CREATE TABLE call_answer (
    call_id    TEXT NOT NULL REFERENCES publication (id),
    edition    BIGINT NOT NULL,                 -- that stood there: what it promised holds
    tip_id     TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE INDEX call_answer_call ON call_answer (call_id, created_at);

CREATE TABLE camera (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = of the enterprise at large
    name          TEXT NOT NULL,
    place         TEXT NOT NULL,                 -- outlet, station, treatment, other
    code          TEXT NOT NULL DEFAULT '',      -- GB/T 28181
    platform      TEXT NOT NULL DEFAULT '',
    channel       TEXT NOT NULL DEFAULT '',
    live          TEXT NOT NULL DEFAULT '',      -- link templates
    playback      TEXT NOT NULL DEFAULT '',
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX camera_enterprise ON camera (enterprise_id);

CREATE INDEX camera_outlet ON camera (outlet_id) WHERE outlet_id <> '';

CREATE TABLE circle (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                    -- tip, insider
    subject    TEXT NOT NULL,
    held       TEXT NOT NULL UNIQUE,             -- the subject while in force, then the id: one circle at a time
    number     TEXT NOT NULL,                    -- of the report
    area       TEXT NOT NULL,
    state      TEXT NOT NULL,                    -- held, lifted
    reason     TEXT NOT NULL,
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0,        -- 0 = in force
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX circle_ended ON circle (ended_at, set_at);

CREATE INDEX circle_subject ON circle (subject);

CREATE TABLE circle_member (
    circle_id TEXT NOT NULL REFERENCES circle (id),
    user_id   TEXT NOT NULL,
    added_by  TEXT NOT NULL,
    added_at  BIGINT NOT NULL,
    PRIMARY KEY (circle_id, user_id)
);

CREATE INDEX circle_member_user ON circle_member (user_id);

CREATE TABLE clue (
    id              TEXT PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL,
    source          TEXT NOT NULL,               -- alarm, phone, visit, patrol …
    source_id       TEXT NOT NULL DEFAULT '',    -- the source's own id: the same thing is handed in once
    title           TEXT NOT NULL,
    body            TEXT NOT NULL DEFAULT '',
    area            TEXT NOT NULL,
    address         TEXT NOT NULL DEFAULT '',
    lng             DOUBLE PRECISION NOT NULL DEFAULT 0,   -- WGS84; 0, 0 = not known
    lat             DOUBLE PRECISION NOT NULL DEFAULT 0,
    category        TEXT NOT NULL DEFAULT '',
    enterprise_id   TEXT NOT NULL DEFAULT '',
    enterprise_name TEXT NOT NULL DEFAULT '',    -- as the source named it
    outlet_id       TEXT NOT NULL DEFAULT '',
    contact         TEXT NOT NULL DEFAULT '',    -- how to reach who told us; shown to the desk only, every look is logged
    evidence        TEXT NOT NULL DEFAULT '',    -- JSON of the source
    owner_id        TEXT NOT NULL DEFAULT '',    -- who took it; '' = the desk of the area
    clock           TEXT NOT NULL DEFAULT '',    -- which clock runs
    due_at          BIGINT NOT NULL DEFAULT 0,   -- derived from the timeline
    issue_id        TEXT NOT NULL DEFAULT '',    -- where it went: adopted or merged into
    merged_into     TEXT NOT NULL DEFAULT '',    -- the clue it was merged into
    referred_to     TEXT NOT NULL DEFAULT '',    -- the agency it was referred to
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX clue_area ON clue (area, id);

CREATE INDEX clue_created ON clue (created_at);

CREATE INDEX clue_creator ON clue (created_by, id);

CREATE INDEX clue_due ON clue (due_at, id, area, owner_id, created_by, referred_to, source_id) WHERE due_at > 0;

CREATE INDEX clue_enterprise ON clue (enterprise_id, created_at) WHERE enterprise_id <> '';

CREATE INDEX clue_issue ON clue (issue_id) WHERE issue_id <> '';

CREATE INDEX clue_merged ON clue (merged_into) WHERE merged_into <> '';

CREATE INDEX clue_name ON clue (enterprise_name, created_at) WHERE enterprise_name <> '';

CREATE INDEX clue_outlet ON clue (outlet_id, created_at) WHERE outlet_id <> '';

CREATE INDEX clue_owner ON clue (owner_id) WHERE owner_id <> '';

CREATE INDEX clue_place ON clue (lat, lng, created_at) WHERE lat <> 0;

CREATE INDEX clue_referred ON clue (referred_to) WHERE referred_to <> '';

CREATE UNIQUE INDEX clue_source ON clue (source, source_id) WHERE source_id <> '';

CREATE INDEX clue_state ON clue (state, id, area, owner_id, created_by, referred_to, source_id);

CREATE INDEX clue_updated ON clue (updated_at);

CREATE TABLE consult (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    area          TEXT NOT NULL,
    topic         TEXT NOT NULL,
    title         TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX consult_area ON consult (area, id);

CREATE INDEX consult_enterprise ON consult (enterprise_id, id);

CREATE TABLE custom_rule (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    title      TEXT NOT NULL,
    area       TEXT NOT NULL,
    spec       TEXT NOT NULL,                  -- JSON, the draft
    author     TEXT NOT NULL,                  -- who wrote the draft last
    live       BIGINT NOT NULL DEFAULT 0,      -- newest published version; 0 = none yet
    enabled    BOOLEAN NOT NULL DEFAULT FALSE, -- it judges
    failures   BIGINT NOT NULL DEFAULT 0,      -- hours that it could not judge within its limit
    failed_at  BIGINT NOT NULL DEFAULT 0,
    failure    TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX custom_rule_area ON custom_rule (area, id);

CREATE TABLE custom_trial (
    id          TEXT PRIMARY KEY,
    rule_id     TEXT NOT NULL,
    spec        TEXT NOT NULL,
    state       TEXT NOT NULL,                 -- waiting, running, done, failed, cancelled
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    outlets     BIGINT NOT NULL DEFAULT 0,
    done        BIGINT NOT NULL DEFAULT 0,
    result      TEXT NOT NULL DEFAULT '',      -- JSON
    trouble     TEXT NOT NULL DEFAULT '',
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX custom_trial_rule ON custom_trial (rule_id, id);

CREATE TABLE custom_version (
    rule_id      TEXT NOT NULL,
    number       BIGINT NOT NULL,
    title        TEXT NOT NULL,
    spec         TEXT NOT NULL,                -- JSON
    reason       TEXT NOT NULL,
    author       TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, number)
);

CREATE TABLE daily_value (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    at        BIGINT NOT NULL,                   -- start of the day, Beijing time
    version   BIGINT NOT NULL,
    value     DOUBLE PRECISION,
    converted DOUBLE PRECISION,
    min       DOUBLE PRECISION,
    max       DOUBLE PRECISION,
    total     DOUBLE PRECISION,
    count     BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    flag      TEXT NOT NULL,
    source    TEXT NOT NULL,
    batch     BIGINT NOT NULL,
    reading   BIGINT NOT NULL,
    seq       BIGINT NOT NULL, exact DOUBLE PRECISION, exact_converted DOUBLE PRECISION, own_flag TEXT NOT NULL DEFAULT '', guard TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL DEFAULT '', exempt BOOLEAN NOT NULL DEFAULT FALSE, rules TEXT NOT NULL DEFAULT '', cause TEXT NOT NULL DEFAULT '', made_at BIGINT NOT NULL DEFAULT 0, converted_here BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (outlet_id, factor, at, version)
);

CREATE INDEX daily_value_at ON daily_value (at);

CREATE UNIQUE INDEX daily_value_seq ON daily_value (seq);

CREATE TABLE delivery (
    id           TEXT PRIMARY KEY,              -- also names the message to the other side, on every attempt
    channel_id   TEXT NOT NULL REFERENCES notice_channel (id),
    channel_kind TEXT NOT NULL,
    source       TEXT NOT NULL,                 -- what it stems from, once a channel: a notice, a test
    user_id      TEXT NOT NULL DEFAULT '',      -- '' = not to one person
    kind         TEXT NOT NULL,                 -- subject kind, as of the notice
    subject      TEXT NOT NULL DEFAULT '',
    area         TEXT NOT NULL DEFAULT '',
    urgency      TEXT NOT NULL,
    address      TEXT NOT NULL DEFAULT '',
    title        TEXT NOT NULL,
    text         TEXT NOT NULL DEFAULT '',
    link         TEXT NOT NULL DEFAULT '',
    state        TEXT NOT NULL,                 -- queued, sending, sent, failed, given_up, suppressed
    reason       TEXT NOT NULL DEFAULT '',      -- why suppressed or given up
    attempts     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,               -- next attempt; while sending, when the sender counts as dead
    expires_at   BIGINT NOT NULL,               -- no attempt after
    holder       TEXT NOT NULL DEFAULT '',      -- process that sends
    error        TEXT NOT NULL DEFAULT '',      -- of the last attempt
    receipt      TEXT NOT NULL DEFAULT '',      -- what the other side said when it took it
    created_at   BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL DEFAULT 0,
    updated_at   BIGINT NOT NULL
, digest BOOLEAN NOT NULL DEFAULT FALSE);

CREATE INDEX delivery_due ON delivery (next_at) WHERE state IN ('queued', 'failed', 'sending');

CREATE INDEX delivery_sent ON delivery (channel_id, sent_at);

CREATE UNIQUE INDEX delivery_source ON delivery (channel_id, source);

CREATE INDEX delivery_subject ON delivery (kind, subject);

CREATE INDEX delivery_user ON delivery (user_id, created_at);

CREATE TABLE destruction (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    held        TEXT NOT NULL UNIQUE,             -- '' while it waits, then the id: one waits at a time
    state       TEXT NOT NULL,                    -- proposed, destroyed, refused, withdrawn
    reason      TEXT NOT NULL,
    digest      TEXT NOT NULL DEFAULT '',         -- SHA-256 over the lines destroyed
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT NOT NULL DEFAULT '',
    decided_at  BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE destruction_line (
    destruction_id TEXT NOT NULL REFERENCES destruction (id),
    kind           TEXT NOT NULL,                 -- tip, insider
    subject        TEXT NOT NULL,
    number         TEXT NOT NULL,                 -- of the report
    closed_at      BIGINT NOT NULL,
    sealed         BIGINT NOT NULL DEFAULT 0,     -- envelopes destroyed
    plain          BOOLEAN NOT NULL DEFAULT FALSE, -- a contact in clear was emptied
    digest         TEXT NOT NULL DEFAULT '',      -- SHA-256 over the envelopes' ciphertext
    outcome        TEXT NOT NULL DEFAULT '',      -- destroyed, spared
    PRIMARY KEY (destruction_id, subject)
);

CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    num           BIGINT NOT NULL UNIQUE,
    mn            TEXT NOT NULL,
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    password      TEXT NOT NULL DEFAULT '',      -- PW of the frames; '' = any
    protocol      TEXT NOT NULL DEFAULT '',      -- 2005, 2017, 2025; '' = as the frames say
    rtd_interval  BIGINT NOT NULL DEFAULT 60,    -- seconds between realtime uploads
    answer_always BOOLEAN NOT NULL DEFAULT FALSE,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE UNIQUE INDEX device_mn ON device (mn) WHERE active;

CREATE INDEX device_outlet ON device (outlet_id);

CREATE TABLE device_command (
    id          TEXT PRIMARY KEY,
    device_id   TEXT NOT NULL,                   -- '' for a logger that has no MN yet
    mn          TEXT NOT NULL,                   -- MN of the frames
    route       TEXT NOT NULL,                   -- whose connection carries it
    outlet_id   TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    area        TEXT NOT NULL,
    name        TEXT NOT NULL,                   -- in the catalogue
    cn          BIGINT NOT NULL,
    params      TEXT NOT NULL,                   -- JSON, without secrets
    secret      BYTEA,
    origin      TEXT NOT NULL,                   -- person, notice, greeting, callback, renewal
    state       TEXT NOT NULL,
    rank        TEXT NOT NULL,                   -- order within a device
    qn          TEXT NOT NULL DEFAULT '',
    attempts    BIGINT NOT NULL DEFAULT 0,
    due_at      BIGINT NOT NULL,                 -- when the present wait ends
    expires_at  BIGINT NOT NULL,                 -- when it is given up unsent
    range_from  BIGINT NOT NULL DEFAULT 0,       -- data asked for
    range_to    BIGINT NOT NULL DEFAULT 0,
    answer      BIGINT NOT NULL DEFAULT 0,       -- QnRtn
    outcome     BIGINT NOT NULL DEFAULT 0,       -- ExeRtn
    result      TEXT NOT NULL DEFAULT '',        -- JSON, values that the device sent
    note        TEXT NOT NULL DEFAULT '',        -- why it ended as it did
    frames      BIGINT NOT NULL DEFAULT 0,       -- data frames that came for it
    asked_by    TEXT NOT NULL,
    asked_name  TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL DEFAULT 0,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    ended_at    BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX device_command_area ON device_command (area, id);

CREATE INDEX device_command_device ON device_command (device_id, id);

CREATE INDEX device_command_open ON device_command (state, route, rank);

CREATE TABLE device_day (
    device_id TEXT NOT NULL,
    cn        BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    came      BIGINT NOT NULL DEFAULT 0,         -- in time
    late      BIGINT NOT NULL DEFAULT 0,         -- after it was missed
    missing   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, day, cn)
);

CREATE TABLE device_exchange (
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    device_id  TEXT NOT NULL,
    mn         TEXT NOT NULL,
    direction  TEXT NOT NULL,                    -- in, out
    cn         BIGINT NOT NULL,
    qn         TEXT NOT NULL,
    command_id TEXT NOT NULL DEFAULT '',
    address    TEXT NOT NULL,
    text       TEXT NOT NULL
);

CREATE INDEX device_exchange_at ON device_exchange (at);

CREATE INDEX device_exchange_command ON device_exchange (command_id, id);

CREATE INDEX device_exchange_device ON device_exchange (device_id, id);

CREATE TABLE device_gap (
    id            TEXT PRIMARY KEY,
    device_id     TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    cn            BIGINT NOT NULL,
    first_at      BIGINT NOT NULL,               -- first and last missing slot
    last_at       BIGINT NOT NULL,
    step          BIGINT NOT NULL,               -- microseconds between slots
    slots         BIGINT NOT NULL,
    state         TEXT NOT NULL,                 -- open, asked, closed, lost
    attempts      BIGINT NOT NULL DEFAULT 0,     -- call-backs sent
    next_at       BIGINT NOT NULL,               -- when to look again
    command_id    TEXT NOT NULL DEFAULT '',      -- the last call-back
    reason        TEXT NOT NULL DEFAULT '',      -- why it is lost, or not back yet
    found_at      BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL DEFAULT 0,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX device_gap_device ON device_gap (device_id, cn, last_at);

CREATE INDEX device_gap_next ON device_gap (state, next_at);

CREATE INDEX device_gap_outlet ON device_gap (outlet_id, first_at);

CREATE TABLE device_hardware (
    id       TEXT PRIMARY KEY,                   -- i23005, the logger's own number
    cpu      TEXT NOT NULL,
    mac1     TEXT NOT NULL,
    mac2     TEXT NOT NULL,
    address  TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    mn       TEXT NOT NULL DEFAULT ''            -- given to it
);

CREATE TABLE device_key (
    id         TEXT PRIMARY KEY,
    device_id  TEXT NOT NULL REFERENCES device (id),
    state      TEXT NOT NULL,                    -- offered, current, previous
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    command_id TEXT NOT NULL DEFAULT ''          -- that offers it
);

CREATE UNIQUE INDEX device_key_state ON device_key (device_id, state);

CREATE TABLE device_link (
    device_id    TEXT PRIMARY KEY REFERENCES device (id),
    link         TEXT NOT NULL DEFAULT '',       -- '' mobile (10 s x 3), adsl (5 s x 3), nbiot (30 s x 5)
    over_time    BIGINT NOT NULL DEFAULT 0,      -- seconds; 0 = as the link
    re_count     BIGINT NOT NULL DEFAULT 0,      -- repeats; 0 = as the link
    min_interval BIGINT NOT NULL DEFAULT 10,     -- minutes of minute data
    greet        BOOLEAN NOT NULL DEFAULT FALSE, -- set clock, time-outs and intervals at the first connection
    callback     BOOLEAN NOT NULL DEFAULT FALSE, -- call missing data back
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE device_rhythm (
    device_id TEXT NOT NULL REFERENCES device (id),
    cn        BIGINT NOT NULL,                   -- 2011, 2051, 2061, 2031
    last_at   BIGINT NOT NULL,                   -- the last slot, come or missed
    pace      BIGINT NOT NULL,                   -- slots are so many bases apart; 0 = being learned
    seen      BIGINT NOT NULL,
    least     BIGINT NOT NULL,
    other     BIGINT NOT NULL,
    streak    BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (device_id, cn)
);

CREATE TABLE direct_day (
    kind TEXT NOT NULL,                -- of channel
    day  TEXT NOT NULL,
    mark TEXT NOT NULL,                -- '' = all together
    sent BIGINT NOT NULL,
    PRIMARY KEY (kind, day, mark)
);

CREATE TABLE enterprise (
    id           TEXT PRIMARY KEY,
    code         TEXT NOT NULL DEFAULT '',   -- unified social credit code; '' = not known
    name         TEXT NOT NULL,
    area         TEXT NOT NULL,
    address      TEXT NOT NULL DEFAULT '',
    lng          DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat          DOUBLE PRECISION NOT NULL DEFAULT 0,
    industry     TEXT NOT NULL DEFAULT '',
    permit_class TEXT NOT NULL DEFAULT '',
    contact      TEXT NOT NULL DEFAULT '',
    synthetic    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
, initials TEXT NOT NULL DEFAULT '');

CREATE INDEX enterprise_area ON enterprise (area);

CREATE UNIQUE INDEX enterprise_code ON enterprise (code) WHERE code <> '';

CREATE INDEX enterprise_plain ON enterprise (id) WHERE initials = '';

CREATE TABLE enterprise_contact (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    duty          TEXT NOT NULL,
    phone         TEXT NOT NULL,
    hours         TEXT NOT NULL,              -- when to call
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX enterprise_contact_enterprise ON enterprise_contact (enterprise_id, id);

CREATE TABLE enterprise_permit (
    enterprise_id TEXT PRIMARY KEY REFERENCES enterprise (id),
    number        TEXT NOT NULL DEFAULT '',
    valid_from    BIGINT NOT NULL,
    valid_until   BIGINT NOT NULL,               -- the first moment after it
    updated_by    TEXT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE enterprise_standing (
    enterprise_id TEXT PRIMARY KEY,
    size          TEXT NOT NULL,
    lists         TEXT NOT NULL,              -- supervision lists that name it, by comma
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE facility_channel (
    id        TEXT PRIMARY KEY,
    unit_id   TEXT NOT NULL REFERENCES facility_unit (id),
    device    BIGINT NOT NULL,
    mn        TEXT NOT NULL,
    factor    TEXT NOT NULL,
    on_above  TEXT NOT NULL,                     -- runs from this value on
    off_below TEXT NOT NULL                      -- stands below this one; between them nothing changes
);

CREATE INDEX facility_channel_unit ON facility_channel (unit_id);

CREATE TABLE facility_hour (
    device BIGINT NOT NULL,
    factor TEXT NOT NULL,
    at     BIGINT NOT NULL,                      -- start of the hour
    mean   DOUBLE PRECISION NOT NULL,
    low    DOUBLE PRECISION NOT NULL,
    high   DOUBLE PRECISION NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (device, factor, at)
);

CREATE TABLE facility_hour_due (
    device BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (device, at)
);

CREATE TABLE facility_state (
    unit_id TEXT NOT NULL REFERENCES facility_unit (id),
    since   BIGINT NOT NULL,                     -- moment of the reading
    state   TEXT NOT NULL,                       -- on, off
    factor  TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (unit_id, since)
);

CREATE TABLE facility_treats (
    treatment_id  TEXT NOT NULL REFERENCES facility_unit (id),
    production_id TEXT NOT NULL REFERENCES facility_unit (id),
    PRIMARY KEY (treatment_id, production_id)
);

CREATE TABLE facility_unit (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    code          TEXT NOT NULL,                 -- of the permit: MF0001, TA001
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,                 -- production, treatment, main
    outlet_id     TEXT NOT NULL DEFAULT '',      -- where it discharges to
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE UNIQUE INDEX facility_unit_code ON facility_unit (enterprise_id, code);

CREATE TABLE file (
    id          TEXT PRIMARY KEY,
    sha256      TEXT NOT NULL,              -- hex
    name        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    type        TEXT NOT NULL,              -- media type, found by looking inside
    area        TEXT NOT NULL DEFAULT '',   -- of the person who uploaded it
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    linked      BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX file_pending ON file (created_by, created_at) WHERE linked = FALSE;

CREATE INDEX file_sha256 ON file (sha256);

CREATE TABLE file_link (
    file_id  TEXT NOT NULL REFERENCES file (id),
    kind     TEXT NOT NULL,                 -- subject kind, e.g. issue
    subject  TEXT NOT NULL,                 -- subject id
    at       BIGINT NOT NULL,
    PRIMARY KEY (file_id, kind, subject)
);

CREATE INDEX file_link_subject ON file_link (kind, subject);

CREATE TABLE filing (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- filed, in_force, ended, rejected, withdrawn
    kind          TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = all of the enterprise
    area          TEXT NOT NULL,
    document      TEXT NOT NULL DEFAULT '',      -- number of the paper
    reason        TEXT NOT NULL,
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL DEFAULT 0,     -- 0 = until it is lifted; of changes always 0
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX filing_area ON filing (area, id);

CREATE INDEX filing_enterprise ON filing (enterprise_id, from_at);

CREATE TABLE forward_target (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    address     TEXT NOT NULL,                   -- host:port
    state       TEXT NOT NULL,                   -- running, paused, ended
    area        TEXT NOT NULL,                   -- frames of outlets in this area
    devices     TEXT NOT NULL DEFAULT '[]',      -- JSON [{mn, as}]; [] = all of the area
    kinds       TEXT NOT NULL DEFAULT '[]',      -- JSON, commands; [] = all data
    password    BYTEA,                           -- sealed PW of the other platform, NULL = as received
    seq         BIGINT NOT NULL,                 -- batches up to here are done
    done        BIGINT NOT NULL DEFAULT 0,       -- frames done of the next batch
    sent        BIGINT NOT NULL DEFAULT 0,
    skipped     BIGINT NOT NULL DEFAULT 0,       -- never answered while others were
    done_at     BIGINT NOT NULL DEFAULT 0,       -- receipt of the newest frame done
    error       TEXT NOT NULL DEFAULT '',        -- the last trouble, '' when all is well
    error_at    BIGINT NOT NULL DEFAULT 0,
    connected   BOOLEAN NOT NULL DEFAULT FALSE,
    owner       TEXT NOT NULL DEFAULT '',        -- process that sends
    owned_until BIGINT NOT NULL DEFAULT 0,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1        -- of what people set
);

CREATE TABLE halt (
    id          TEXT PRIMARY KEY,
    door        TEXT NOT NULL,
    held        TEXT NOT NULL UNIQUE,             -- the door while it is closed, then the id: one door is closed once
    state       TEXT NOT NULL,                    -- closed, proposed, reopened
    reason      TEXT NOT NULL,                    -- what the public reads
    note        TEXT NOT NULL DEFAULT '',
    proposed_by TEXT NOT NULL DEFAULT '',
    closed_by   TEXT NOT NULL,
    closed_at   BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL DEFAULT 0,        -- 0 = still closed
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX halt_ended ON halt (ended_at, closed_at);

CREATE TABLE hour_tally (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    day       BIGINT NOT NULL,
    received  BIGINT NOT NULL,
    valid     BIGINT NOT NULL,
    marked    BIGINT NOT NULL,
    stopped   BIGINT NOT NULL,
    PRIMARY KEY (outlet_id, factor, day)
);

CREATE INDEX hour_tally_day ON hour_tally (day);

CREATE TABLE hourly_value (
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    at        BIGINT NOT NULL,                   -- start of the hour
    version   BIGINT NOT NULL,
    value     DOUBLE PRECISION,
    converted DOUBLE PRECISION,                  -- 折算
    min       DOUBLE PRECISION,
    max       DOUBLE PRECISION,
    total     DOUBLE PRECISION,                  -- Cou
    count     BIGINT NOT NULL,                   -- valid values that it is made of; 0 = as reported
    due       BIGINT NOT NULL,                   -- values expected; 0 = not known
    flag      TEXT NOT NULL,                     -- N = valid
    source    TEXT NOT NULL,                     -- report, minute, realtime, hour
    batch     BIGINT NOT NULL,                   -- batch of readings that caused it
    reading   BIGINT NOT NULL,                   -- version of the reading, where reported
    seq       BIGINT NOT NULL, exact DOUBLE PRECISION, exact_converted DOUBLE PRECISION, own_flag TEXT NOT NULL DEFAULT '', guard TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL DEFAULT '', exempt BOOLEAN NOT NULL DEFAULT FALSE, rules TEXT NOT NULL DEFAULT '', cause TEXT NOT NULL DEFAULT '', made_at BIGINT NOT NULL DEFAULT 0, converted_here BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (outlet_id, factor, at, version)
);

CREATE INDEX hourly_value_at ON hourly_value (at);

CREATE UNIQUE INDEX hourly_value_seq ON hourly_value (seq);

CREATE TABLE insider (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,                 -- received, forwarded, kept
    proof      BYTEA NOT NULL,                -- hash of what the receipt proves
    reply_to   TEXT NOT NULL,                 -- recipient of the desk's answers, derived from the receipt
    once       TEXT NOT NULL UNIQUE,          -- the sending of one form
    clue_id    TEXT NOT NULL DEFAULT '',      -- the sanitised clue
    follows    TEXT NOT NULL DEFAULT '',
    issue_id   TEXT NOT NULL DEFAULT '',
    stage      TEXT NOT NULL,
    closed     BOOLEAN NOT NULL DEFAULT FALSE,
    note       TEXT NOT NULL DEFAULT '',
    agency     TEXT NOT NULL DEFAULT '',
    due_at     BIGINT NOT NULL DEFAULT 0,
    closed_at  BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX insider_clue ON insider (clue_id) WHERE clue_id <> '';

CREATE TABLE instruction (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    leader     TEXT NOT NULL,
    given_on   TEXT NOT NULL,
    text       TEXT NOT NULL,
    issue_id   TEXT NOT NULL,                     -- '' = none
    area       TEXT NOT NULL,
    agency     TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    state      TEXT NOT NULL,                     -- given, replied, done
    due_at     BIGINT NOT NULL,
    overdue    BOOLEAN NOT NULL DEFAULT FALSE,
    replied_by TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL,
    closed_at  BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX instruction_area ON instruction (area, id);

CREATE INDEX instruction_issue ON instruction (issue_id) WHERE issue_id <> '';

CREATE TABLE issue (
    id               TEXT PRIMARY KEY,
    number           TEXT NOT NULL UNIQUE,
    state            TEXT NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL DEFAULT '',
    severity         TEXT NOT NULL,
    category         TEXT NOT NULL,
    area             TEXT NOT NULL,
    address          TEXT NOT NULL DEFAULT '',
    lng              DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat              DOUBLE PRECISION NOT NULL DEFAULT 0,
    enterprise_id    TEXT NOT NULL DEFAULT '',
    enterprise_name  TEXT NOT NULL DEFAULT '',
    outlet_id        TEXT NOT NULL DEFAULT '',
    desk_area        TEXT NOT NULL,              -- the level whose desk must assign it
    lead_agency      TEXT NOT NULL DEFAULT '',
    person_id        TEXT NOT NULL DEFAULT '',   -- the responsible person
    measures         TEXT NOT NULL DEFAULT '',
    clock            TEXT NOT NULL DEFAULT '',   -- which clock runs
    due_at           BIGINT NOT NULL DEFAULT 0,  -- its end; derived from the timeline
    rectify_by       BIGINT NOT NULL DEFAULT 0,  -- end of the rectification term; derived from the timeline
    extension_days   BIGINT NOT NULL DEFAULT 0,  -- asked for and not yet answered
    rectifier_id     TEXT NOT NULL DEFAULT '',   -- who handed in the rectification
    rectifier_agency TEXT NOT NULL DEFAULT '',
    file_number      TEXT NOT NULL DEFAULT '',   -- of the closing record
    created_by       TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    closed_at        BIGINT NOT NULL DEFAULT 0,
    version          BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX issue_area ON issue (area, state);

CREATE INDEX issue_closed ON issue (closed_at) WHERE closed_at > 0;

CREATE INDEX issue_created ON issue (created_at);

CREATE INDEX issue_due ON issue (due_at) WHERE due_at > 0;

CREATE INDEX issue_enterprise ON issue (enterprise_id, id) WHERE enterprise_id <> '';

CREATE INDEX issue_lead ON issue (lead_agency, id) WHERE lead_agency <> '';

CREATE INDEX issue_person ON issue (person_id) WHERE person_id <> '';

CREATE INDEX issue_state ON issue (state, id);

CREATE TABLE issue_assist (
    issue_id TEXT NOT NULL REFERENCES issue (id),
    agency   TEXT NOT NULL,
    PRIMARY KEY (issue_id, agency)
);

CREATE INDEX issue_assist_agency ON issue_assist (agency);

CREATE TABLE job (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    dedup        TEXT,                     -- at most one unfinished job of a kind has this key
    payload      TEXT NOT NULL,            -- JSON
    state        TEXT NOT NULL,            -- ready, leased, done, dead
    run_at       BIGINT NOT NULL,
    attempt      BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL DEFAULT 10,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    lease_owner  TEXT NOT NULL DEFAULT '',
    last_error   TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT NOT NULL DEFAULT 0
, again BOOLEAN NOT NULL DEFAULT FALSE);

CREATE INDEX job_dead ON job (finished_at) WHERE state = 'dead';

CREATE UNIQUE INDEX job_dedup ON job (kind, dedup) WHERE state IN ('ready', 'leased') AND dedup IS NOT NULL;

CREATE INDEX job_done ON job (finished_at) WHERE state = 'done';

CREATE INDEX job_due ON job (run_at) WHERE state IN ('ready', 'leased');

CREATE TABLE job_schedule (
    name     TEXT PRIMARY KEY,        -- also the kind of the job it enqueues
    spec     TEXT NOT NULL,           -- every 1h0m0s, or daily 08:30 (Asia/Shanghai)
    next_at  BIGINT NOT NULL,
    fired_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE mark (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- marked, accepted: in force; rejected, withdrawn, undone: not
    outlet_id     TEXT NOT NULL REFERENCES outlet (id),
    enterprise_id TEXT NOT NULL,
    area          TEXT NOT NULL,
    kind          TEXT NOT NULL,                 -- of the table of kinds
    family        TEXT NOT NULL,                 -- operating, monitor
    effect        TEXT NOT NULL,                 -- invalid, stopped, exempt
    flag          TEXT NOT NULL,                 -- flag that marked values bear
    rules         TEXT NOT NULL,                 -- version of the table that it was set by
    factors       TEXT NOT NULL DEFAULT '',      -- codes, by comma; '' = all
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    reason        TEXT NOT NULL,
    work_order    TEXT NOT NULL DEFAULT '',
    documents     BIGINT NOT NULL DEFAULT 0,     -- files handed in
    proof_due     BIGINT NOT NULL DEFAULT 0,     -- without a document the mark is undone then; 0 = none needed
    warnings      TEXT NOT NULL DEFAULT '[]',    -- JSON: what was pointed out when it was set
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX mark_area ON mark (area, id);

CREATE INDEX mark_enterprise ON mark (enterprise_id, id);

CREATE INDEX mark_outlet ON mark (outlet_id, from_at);

CREATE INDEX mark_state ON mark (state, id);

CREATE INDEX mark_until ON mark (until_at);

CREATE TABLE marked_copy (
    code    TEXT PRIMARY KEY,             -- without the check symbol
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    part    TEXT NOT NULL DEFAULT '',
    label   TEXT NOT NULL DEFAULT '',     -- the document's number
    area    TEXT NOT NULL DEFAULT '',
    reader  TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '',
    at      BIGINT NOT NULL
);

CREATE INDEX marked_copy_at ON marked_copy (at, code);

CREATE INDEX marked_copy_reader ON marked_copy (reader, at);

CREATE INDEX marked_copy_subject ON marked_copy (subject, at);

CREATE TABLE measure (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    alarm_id      TEXT NOT NULL REFERENCES alarm (id),
    enterprise_id TEXT NOT NULL,
    outlet_id     TEXT NOT NULL,
    area          TEXT NOT NULL,
    person        TEXT NOT NULL DEFAULT '',      -- who checks on site
    due_at        BIGINT NOT NULL,               -- end of the term, or of supervision
    overdue       BOOLEAN NOT NULL DEFAULT FALSE,
    words         TEXT NOT NULL DEFAULT '',
    result        TEXT NOT NULL DEFAULT '',      -- of a check: true, false, unclear
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX measure_alarm ON measure (alarm_id);

CREATE INDEX measure_area ON measure (area, id);

CREATE INDEX measure_enterprise ON measure (enterprise_id, created_at);

CREATE TABLE meter (
    id            TEXT PRIMARY KEY,
    num           BIGINT NOT NULL UNIQUE,
    mn            TEXT NOT NULL,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    profile_id    TEXT NOT NULL,
    report_every  BIGINT NOT NULL,               -- seconds between readings
    secret        BYTEA NOT NULL,
    active        BOOLEAN NOT NULL DEFAULT TRUE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX meter_enterprise ON meter (enterprise_id);

CREATE UNIQUE INDEX meter_mn ON meter (mn) WHERE active;

CREATE TABLE meter_event (
    id       TEXT PRIMARY KEY,
    meter_id TEXT NOT NULL REFERENCES meter (id),
    at       BIGINT NOT NULL,
    kind     TEXT NOT NULL,                      -- online, offline
    reason   TEXT NOT NULL,                      -- connect, disconnect, lost, silent, protocol, taken, will
    address  TEXT NOT NULL DEFAULT '',
    will     TEXT NOT NULL DEFAULT ''            -- what the meter asked to be told of its loss
);

CREATE INDEX meter_event_meter ON meter_event (meter_id, at);

CREATE TABLE meter_profile (
    id         TEXT NOT NULL,
    version    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    area       TEXT NOT NULL,                    -- who may revise it
    mapping    TEXT NOT NULL,                    -- JSON
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE notice (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES app_user (id),
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,               -- subject kind
    subject TEXT NOT NULL,
    title   TEXT NOT NULL,
    text    TEXT NOT NULL DEFAULT '',
    link    TEXT NOT NULL DEFAULT '',    -- page of the console, e.g. /issues/<id>
    read_at BIGINT NOT NULL DEFAULT 0
, urgency TEXT NOT NULL DEFAULT 'ordinary');

CREATE INDEX notice_unread ON notice (user_id) WHERE read_at = 0;

CREATE INDEX notice_user ON notice (user_id, id);

CREATE TABLE notice_channel (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                   -- mail, …
    name       TEXT NOT NULL,
    state      TEXT NOT NULL,                   -- running, paused, ended
    settings   TEXT NOT NULL,                   -- JSON by field name, without the secrets
    secrets    BYTEA,                           -- sealed JSON of the secret fields
    least      TEXT NOT NULL,                   -- the least urgency that it carries
    ready_at   BIGINT NOT NULL DEFAULT 0,       -- nothing is sent before: pace, wish of the other side, trouble
    failures   BIGINT NOT NULL DEFAULT 0,       -- how often in a row the other side was out of reach
    error      TEXT NOT NULL DEFAULT '',        -- the last trouble, '' when all is well
    error_at   BIGINT NOT NULL DEFAULT 0,
    sent_at    BIGINT NOT NULL DEFAULT 0,       -- the last success
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1        -- of what people set
);

CREATE TABLE notice_choice (
    user_id    TEXT PRIMARY KEY REFERENCES app_user (id),
    choice     TEXT NOT NULL,                   -- JSON: channels off by urgency, quiet hours, digest
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE notice_template (
    kind       TEXT NOT NULL,
    channel    TEXT NOT NULL,
    number     BIGINT NOT NULL,
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    reset      BOOLEAN NOT NULL,             -- back to the program's own
    reason     TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, channel, number)
);

CREATE TABLE obligation (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = of the whole enterprise
    area          TEXT NOT NULL,
    rule          TEXT NOT NULL,
    title         TEXT NOT NULL,                 -- as the next two, as they read when it was made
    basis         TEXT NOT NULL,
    todo          TEXT NOT NULL,
    period        TEXT NOT NULL,                 -- 2026-11, 2026Q4, 2026H2, 2026; for a permit the day of its end
    from_at       BIGINT NOT NULL,               -- the period
    until_at      BIGINT NOT NULL,
    soon_at       BIGINT NOT NULL,               -- from here on it is shown as near
    due_at        BIGINT NOT NULL,               -- its last second
    state         TEXT NOT NULL,                 -- open, reported, done, waived, void
    done_at       BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX obligation_area ON obligation (area, due_at, id);

CREATE UNIQUE INDEX obligation_once ON obligation (enterprise_id, outlet_id, rule, period);

CREATE INDEX obligation_state ON obligation (state, due_at, id);

CREATE TABLE open311_key (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    hash       BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE order_mapping (
    name       TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    spec       TEXT NOT NULL,                    -- JSON
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE outlet (
    id            TEXT PRIMARY KEY,
    enterprise_id TEXT NOT NULL REFERENCES enterprise (id),
    code          TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,             -- gas, water, rain
    area          TEXT NOT NULL,
    lng           DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat           DOUBLE PRECISION NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX outlet_area ON outlet (area);

CREATE UNIQUE INDEX outlet_code ON outlet (enterprise_id, code) WHERE code <> '';

CREATE INDEX outlet_enterprise ON outlet (enterprise_id);

CREATE TABLE outlet_limit (
    id         TEXT PRIMARY KEY,
    outlet_id  TEXT NOT NULL REFERENCES outlet (id),
    factor     TEXT NOT NULL,
    upper      TEXT,
    lower      TEXT,
    statistic  TEXT NOT NULL,                -- realtime, hour, day
    standard   TEXT NOT NULL,
    article    TEXT NOT NULL DEFAULT '',
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL DEFAULT 0,    -- 0 = open
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_by   TEXT NOT NULL DEFAULT ''
);

CREATE INDEX outlet_limit_outlet ON outlet_limit (outlet_id, factor, statistic, valid_from);

CREATE TABLE outlet_load (
    outlet_id TEXT NOT NULL REFERENCES outlet (id),
    factor    TEXT NOT NULL,
    tonnes    TEXT NOT NULL,                     -- permitted a year
    PRIMARY KEY (outlet_id, factor)
);

CREATE TABLE outlet_norm (
    id         TEXT PRIMARY KEY,
    outlet_id  TEXT NOT NULL REFERENCES outlet (id),
    valid_from BIGINT NOT NULL,
    oxygen     TEXT,                             -- reference oxygen in percent; NULL = nothing is converted
    source     TEXT NOT NULL DEFAULT '',         -- what the reference comes from
    flow_unit  TEXT NOT NULL DEFAULT '',         -- m3/s, m3/h, L/s; '' = that of the catalogue
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX outlet_norm_outlet ON outlet_norm (outlet_id, valid_from);

CREATE TABLE outlet_permit (
    outlet_id  TEXT PRIMARY KEY REFERENCES outlet (id),
    monitor    TEXT NOT NULL DEFAULT '',         -- auto, manual, none; '' = not written
    basis      TEXT NOT NULL DEFAULT '',         -- number and page of the permit
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE outlet_receiving (
    outlet_id TEXT PRIMARY KEY,
    water     TEXT NOT NULL,
    class     TEXT NOT NULL                   -- of its function
);

CREATE TABLE publication (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,                  -- call, exposure, progress, case
    state       TEXT NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,                  -- as written
    hide        TEXT NOT NULL DEFAULT '',       -- names that must not be read
    enterprise  TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL,
    category    TEXT NOT NULL DEFAULT '',
    issue_id    TEXT NOT NULL DEFAULT '',
    until_at    BIGINT NOT NULL DEFAULT 0,      -- of a call: the end of its last day
    bounty_fen  BIGINT NOT NULL DEFAULT 0,
    budget      TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',
    cause       TEXT NOT NULL DEFAULT '',       -- of a correction in hand
    conceal     BOOLEAN NOT NULL DEFAULT FALSE, -- of a correction in hand
    ground      TEXT NOT NULL DEFAULT '',       -- of an item taken back
    edition     BIGINT NOT NULL DEFAULT 0,      -- that is public, 0 = none was
    writers     TEXT NOT NULL DEFAULT '',       -- since the last edition, ids by blanks
    reviewed_by TEXT NOT NULL DEFAULT '',
    public_at   BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX publication_area ON publication (area, id);

CREATE INDEX publication_issue ON publication (issue_id);

CREATE TABLE publication_edition (
    publication_id TEXT NOT NULL REFERENCES publication (id),
    edition        BIGINT NOT NULL,
    title          TEXT NOT NULL,
    body           TEXT NOT NULL,
    enterprise     TEXT NOT NULL DEFAULT '',
    outcome        TEXT NOT NULL DEFAULT '',
    cause          TEXT NOT NULL DEFAULT '',
    source         TEXT NOT NULL,
    masked         BIGINT NOT NULL DEFAULT 0,
    until_at       BIGINT NOT NULL DEFAULT 0,
    bounty_fen     BIGINT NOT NULL DEFAULT 0,
    reviewed_by    TEXT NOT NULL,
    public_at      BIGINT NOT NULL,
    concealed      BOOLEAN NOT NULL DEFAULT FALSE, -- corrected, and may no longer be read
    PRIMARY KEY (publication_id, edition)
);

CREATE INDEX publication_edition_public ON publication_edition (public_at, publication_id);

CREATE TABLE quarantine (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    address TEXT NOT NULL,
    reason  TEXT NOT NULL,
    mn      TEXT NOT NULL DEFAULT '',
    area    TEXT NOT NULL DEFAULT '',            -- of the device that the MN names, when it is known
    size    BIGINT NOT NULL,
    raw     BYTEA NOT NULL,
    dropped BIGINT NOT NULL DEFAULT 0,           -- runs of the address not kept just before, over the rate
    note    TEXT NOT NULL DEFAULT '',
    noted_by TEXT NOT NULL DEFAULT '',
    noted_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX quarantine_at ON quarantine (at);

CREATE TABLE reward (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL,
    issue_id    TEXT NOT NULL REFERENCES issue (id),
    area        TEXT NOT NULL,
    act         TEXT NOT NULL,
    document    TEXT NOT NULL,                 -- number of the penalty's paper
    total       BIGINT NOT NULL,               -- fen
    sheet       TEXT NOT NULL,                 -- JSON: input, rule rows used, steps, shares
    round       BIGINT NOT NULL DEFAULT 1,     -- how often it was decided
    proposer    TEXT NOT NULL,
    reviewer    TEXT NOT NULL DEFAULT '',
    approver    TEXT NOT NULL DEFAULT '',      -- the first of the two
    due_at      BIGINT NOT NULL,               -- by when reporters must be told
    granted_at  BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX reward_area ON reward (area, id);

CREATE INDEX reward_issue ON reward (issue_id);

CREATE TABLE reward_award (
    id          TEXT PRIMARY KEY,
    reward_id   TEXT NOT NULL REFERENCES reward (id),
    round       BIGINT NOT NULL,
    tip_id      TEXT NOT NULL REFERENCES tip (id),
    report      TEXT NOT NULL,                 -- the report's number
    area        TEXT NOT NULL,
    part        TEXT NOT NULL,
    amount      BIGINT NOT NULL,               -- fen
    words       TEXT NOT NULL,                 -- why so much, or why nothing
    state       TEXT NOT NULL,
    way         TEXT NOT NULL DEFAULT '',      -- how it is handed over
    honour      TEXT NOT NULL DEFAULT '',      -- '' not offered, offered, yes, no
    voucher     TEXT NOT NULL DEFAULT '',
    place       TEXT NOT NULL DEFAULT '',
    code        BYTEA,                         -- hash of the collection code
    code_at     BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,     -- wrong codes since the last one was drawn
    due_from    BIGINT NOT NULL DEFAULT 0,
    due_term    TEXT NOT NULL DEFAULT '',      -- 60d, 10w
    due_at      BIGINT NOT NULL DEFAULT 0,     -- derived from the two
    told_at     BIGINT NOT NULL,
    paid_at     BIGINT NOT NULL DEFAULT 0,
    paid_by     TEXT NOT NULL DEFAULT '',
    budget_id   TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX reward_award_area ON reward_award (area, id);

CREATE INDEX reward_award_budget ON reward_award (budget_id, state);

CREATE INDEX reward_award_reward ON reward_award (reward_id, id);

CREATE INDEX reward_award_tip ON reward_award (tip_id, id);

CREATE TABLE reward_budget (
    id          TEXT PRIMARY KEY,
    year        BIGINT NOT NULL,
    area        TEXT NOT NULL,
    amount      BIGINT NOT NULL,               -- fen
    document    TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    UNIQUE (year, area)
);

CREATE TABLE risk_item (
    id            TEXT PRIMARY KEY,
    area          TEXT NOT NULL,
    kind          TEXT NOT NULL,                -- discovery, event, mass_incident
    on_date       TEXT NOT NULL,                -- 2026-09-03
    level         TEXT NOT NULL DEFAULT '',     -- of discovery: provincial, national
    what          TEXT NOT NULL DEFAULT '',     -- of discovery: how it was brought up
    grade         TEXT NOT NULL DEFAULT '',     -- of an event
    self_found    BOOLEAN NOT NULL DEFAULT FALSE,
    title         TEXT NOT NULL,
    document      TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    withdrawn_at  BIGINT NOT NULL DEFAULT 0,    -- 0 = stands
    withdrawn_for TEXT NOT NULL DEFAULT ''
);

CREATE INDEX risk_item_date ON risk_item (on_date, id);

CREATE TABLE risk_map (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    month      BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    state      TEXT NOT NULL,                   -- draft, signed, superseded, discarded
    reason     TEXT NOT NULL DEFAULT '',        -- why it is revised
    source     TEXT NOT NULL,                   -- of the rules
    choices    TEXT NOT NULL,                   -- JSON: what the document leaves open, as decided then
    facts      TEXT NOT NULL,                   -- a facts file
    result     TEXT NOT NULL,                   -- JSON
    backing    TEXT NOT NULL,                   -- JSON: the rows behind each unit
    drafted_by TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    signed_by  TEXT NOT NULL DEFAULT '',
    signed_at  BIGINT NOT NULL DEFAULT 0,
    version    BIGINT NOT NULL DEFAULT 1,
    UNIQUE (month, revision)
);

CREATE INDEX risk_map_state ON risk_map (state, month);

CREATE TABLE risk_task (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,                  -- track, help
    area        TEXT NOT NULL,                  -- unit
    month       BIGINT NOT NULL,                -- 12 × year + month − 1
    edition_id  TEXT NOT NULL,                  -- the signed map that called for it
    state       TEXT NOT NULL,                  -- open, working, reported, closed, dropped
    reason      TEXT NOT NULL,
    due_at      BIGINT NOT NULL DEFAULT 0,      -- 0 = nothing is due
    overdue     BOOLEAN NOT NULL DEFAULT FALSE,
    helped      BIGINT NOT NULL DEFAULT 0,      -- visits
    person      TEXT NOT NULL DEFAULT '',       -- named person who answers for it
    reported_by TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',       -- effective, partly, none
    effect      TEXT NOT NULL DEFAULT '',       -- better, same, worse: by the newest signed month
    effect_month BIGINT NOT NULL DEFAULT 0,     -- that month, 0 = none yet
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX risk_task_area ON risk_task (area, state);

CREATE TABLE risk_value (
    id         TEXT PRIMARY KEY,
    area       TEXT NOT NULL,                   -- unit
    month      BIGINT NOT NULL,                 -- 12 × year + month − 1
    kind       TEXT NOT NULL,                   -- water, air, complaints, exceedances
    value      TEXT NOT NULL,                   -- decimal text
    document   TEXT NOT NULL,                   -- where it stands
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX risk_value_month ON risk_value (month, id);

CREATE TABLE rule_cursor (
    stream TEXT PRIMARY KEY,                   -- realtime, hour, day
    seq    BIGINT NOT NULL
);

CREATE TABLE rule_setting (
    id         TEXT PRIMARY KEY,
    rule       TEXT NOT NULL,
    area       TEXT NOT NULL,
    state      TEXT NOT NULL,
    draft      TEXT NOT NULL,                  -- JSON, by name; what is not in it is not set
    author     TEXT NOT NULL,                  -- of the draft
    live       BIGINT NOT NULL DEFAULT 0,      -- newest published version; 0 = none yet
    in_force   BOOLEAN NOT NULL DEFAULT FALSE, -- the area sets something
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    UNIQUE (rule, area)
);

CREATE TABLE rule_setting_version (
    setting_id   TEXT NOT NULL,
    number       BIGINT NOT NULL,
    rule         TEXT NOT NULL,
    area         TEXT NOT NULL,
    settings     TEXT NOT NULL,                -- JSON
    withdrawn    BOOLEAN NOT NULL,             -- the area sets nothing from then on
    reason       TEXT NOT NULL,
    author       TEXT NOT NULL,
    published_by TEXT NOT NULL,
    from_at      BIGINT NOT NULL,
    PRIMARY KEY (setting_id, number)
);

CREATE TABLE rule_window (
    rule      TEXT NOT NULL,
    outlet_id TEXT NOT NULL,
    factor    TEXT NOT NULL,
    samples   TEXT NOT NULL,                   -- JSON
    PRIMARY KEY (rule, outlet_id, factor)
);

CREATE TABLE safety_plan (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    held        TEXT NOT NULL UNIQUE,             -- the subject while it runs, then the id
    area        TEXT NOT NULL,
    state       TEXT NOT NULL,                    -- running, ended
    level       TEXT NOT NULL,
    body        BYTEA NOT NULL,
    responsible TEXT NOT NULL,
    review_at   BIGINT NOT NULL,                  -- half past eight of the day on which it is looked at again
    made_by     TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX safety_plan_subject ON safety_plan (subject);

CREATE TABLE seal_envelope (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,                    -- of the thing it belongs to, e.g. tip
    subject    TEXT NOT NULL,
    part       TEXT NOT NULL,                    -- contact, report, message, reply
    parted     BOOLEAN NOT NULL,
    body       BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX seal_envelope_subject ON seal_envelope (kind, subject, id);

CREATE TABLE seal_key (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES app_user (id),
    party        TEXT NOT NULL,                  -- desk, oversight
    state        TEXT NOT NULL,                  -- pending, active, retired, revoked
    recipient    TEXT NOT NULL UNIQUE,
    fingerprint  TEXT NOT NULL,
    wrapped      TEXT NOT NULL,                  -- age under a passphrase, base64; '' of an escrow key, which lies on paper
    escrow       BOOLEAN NOT NULL DEFAULT FALSE, -- the party's escrow key
    escrowed     TEXT NOT NULL DEFAULT '',       -- the private part sealed to the party's escrow key, base64
    escrowed_to  TEXT NOT NULL DEFAULT '',
    confirmed_by TEXT NOT NULL DEFAULT '',
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    seen_at      BIGINT NOT NULL,                -- last proof that the owner can use it
    drilled_at   BIGINT NOT NULL DEFAULT 0,
    challenge    TEXT NOT NULL DEFAULT '',       -- hash of what a drill asks for
    asked_at     BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX seal_key_user ON seal_key (user_id);

CREATE TABLE seal_opening (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL,                  -- requested, approved, opened, refused, withdrawn, expired
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    envelope_id  TEXT NOT NULL,
    reason       TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    key_id       TEXT NOT NULL,                  -- the requester's key
    decided_by   TEXT NOT NULL DEFAULT '',
    decision     TEXT NOT NULL DEFAULT '',       -- why not
    share        BYTEA,                          -- the other party's share, sealed to the requester's key; gone once it ends
    expires_at   BIGINT NOT NULL,
    decided_at   BIGINT NOT NULL DEFAULT 0,
    opened_at    BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX seal_opening_state ON seal_opening (state, expires_at);

CREATE INDEX seal_opening_subject ON seal_opening (kind, subject, id);

CREATE TABLE seal_share (
    envelope_id TEXT NOT NULL REFERENCES seal_envelope (id),
    party       TEXT NOT NULL,                   -- desk, oversight, reporter
    key_id      TEXT NOT NULL,                   -- '' of the reporter
    sealed      BYTEA NOT NULL,
    PRIMARY KEY (envelope_id, party, key_id)
);

CREATE INDEX seal_share_key ON seal_share (key_id, envelope_id);

CREATE VIRTUAL TABLE search_pairs USING fts5(pairs, content='', contentless_delete=1, detail=none, tokenize='ascii');

CREATE TABLE search_text (
    kind  TEXT NOT NULL,               -- clue, issue …
    id    TEXT NOT NULL,
    n     BIGINT NOT NULL DEFAULT 0,
    pairs TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, id)
);

CREATE INDEX search_text_n ON search_text (n) WHERE n > 0;

CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    n    BIGINT NOT NULL
);

CREATE TABLE silence (
    id            TEXT PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,                 -- set, lifted, over
    kind          TEXT NOT NULL,                 -- silence, plan
    outlet_id     TEXT NOT NULL DEFAULT '',      -- '' = any, as the next
    enterprise_id TEXT NOT NULL DEFAULT '',
    area          TEXT NOT NULL,
    rule          TEXT NOT NULL DEFAULT '',
    factor        TEXT NOT NULL DEFAULT '',
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    weekdays      TEXT NOT NULL DEFAULT '',      -- a plan's days, 1 = Monday, by comma; '' = the whole time
    begin_minute  BIGINT NOT NULL DEFAULT 0,     -- of the day, Beijing time
    end_minute    BIGINT NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL,
    words         TEXT NOT NULL,
    follows       TEXT NOT NULL DEFAULT '',      -- the silence that this one extends
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

CREATE INDEX silence_area ON silence (area, id);

CREATE INDEX silence_until ON silence (state, until_at);

CREATE TABLE supervision (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    issue_id    TEXT NOT NULL REFERENCES issue (id),
    held        TEXT NOT NULL,                    -- '' while it runs, then the id: an issue has one that runs
    rung        TEXT NOT NULL,
    state       TEXT NOT NULL,                    -- proposed, issued, answered, lifted, raised, declined
    area        TEXT NOT NULL,
    agency      TEXT NOT NULL,                    -- that is supervised
    person_id   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    demand      TEXT NOT NULL,
    paper       TEXT NOT NULL DEFAULT '',
    term        BIGINT NOT NULL,                  -- end of the clock that called for it; 0 = proposed by a person
    due_at      BIGINT NOT NULL DEFAULT 0,
    overdue     BOOLEAN NOT NULL DEFAULT FALSE,
    public      BOOLEAN NOT NULL,
    raised_from TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    signed_by   TEXT NOT NULL DEFAULT '',
    signed_at   BIGINT NOT NULL DEFAULT 0,
    answered_by TEXT NOT NULL DEFAULT '',
    ended_at    BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    UNIQUE (issue_id, held)
);

CREATE INDEX supervision_agency ON supervision (agency, id);

CREATE INDEX supervision_area ON supervision (area, id);

CREATE INDEX supervision_public ON supervision (signed_at, id) WHERE public AND signed_at > 0;

CREATE TABLE tele_batch (
    seq    BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    first  BIGINT NOT NULL,                      -- earliest and latest time of the data
    last   BIGINT NOT NULL,
    data   BYTEA NOT NULL
);

CREATE TABLE tele_block (
    seq    BIGINT PRIMARY KEY,                   -- first and last batch
    upto   BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    first  BIGINT NOT NULL,                      -- earliest and latest time of the data
    last   BIGINT NOT NULL,
    hash   BYTEA NOT NULL,
    data   BYTEA NOT NULL
);

CREATE TABLE tele_chunk (
    kind    BIGINT NOT NULL,
    device  BIGINT NOT NULL,
    day     BIGINT NOT NULL,                     -- midnight in Beijing
    version BIGINT NOT NULL,
    closing BIGINT NOT NULL,                     -- the closing that wrote it
    rows    BIGINT NOT NULL,
    first   BIGINT NOT NULL,                     -- earliest and latest time of the data
    last    BIGINT NOT NULL,
    hash    BYTEA NOT NULL,
    keys    BYTEA NOT NULL,
    data    BYTEA NOT NULL,
    PRIMARY KEY (kind, device, day, version)
);

CREATE INDEX tele_chunk_day ON tele_chunk (day, kind, device, version);

CREATE TABLE tele_closed (
    day     BIGINT PRIMARY KEY,
    closing BIGINT NOT NULL
);

CREATE TABLE tele_cursor (
    consumer TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL
);

CREATE TABLE tele_day (
    day     BIGINT NOT NULL,
    closing BIGINT NOT NULL,
    through BIGINT NOT NULL,                     -- rows up to this batch stand in chunks
    chunks  BIGINT NOT NULL,
    rows    BIGINT NOT NULL,
    root    BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    cleared BOOLEAN NOT NULL,                    -- those rows are removed
    PRIMARY KEY (day, closing)
);

CREATE TABLE tele_head (
    one BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
, turn BIGINT NOT NULL DEFAULT 0);

CREATE TABLE tele_parked (
    mn      TEXT NOT NULL,
    kind    BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    hash    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    address TEXT NOT NULL,
    assumed BOOLEAN NOT NULL,
    raw     BYTEA NOT NULL,
    PRIMARY KEY (mn, kind, time, part, version)
);

CREATE TABLE tele_row (
    kind    BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    device  BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    hash    BIGINT NOT NULL,
    data    BYTEA NOT NULL,
    PRIMARY KEY (kind, time, device, part, version)
);

CREATE INDEX tele_row_device ON tele_row (device, kind, time);

CREATE TABLE tele_seal (
    shard TEXT PRIMARY KEY,
    upto  BIGINT NOT NULL
);

CREATE TABLE timeline (
    id         TEXT PRIMARY KEY,            -- UUIDv7, in the order of writing
    kind       TEXT NOT NULL,               -- clue, issue, alarm …
    subject    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,               -- user id, or system:<part>
    actor_name TEXT NOT NULL,               -- as it was then
    behalf_id  TEXT NOT NULL DEFAULT '',    -- the person on leave for whom the actor stood in
    verb       TEXT NOT NULL,
    title      TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '',
    data       TEXT NOT NULL,               -- JSON: the form as filled in, ids
    shown      TEXT NOT NULL,               -- JSON: the form as a person reads it, names of that day
    files      TEXT NOT NULL DEFAULT '[]',  -- JSON: ids of the files handed in with it
    once       TEXT NOT NULL DEFAULT ''     -- key of what may happen once only, e.g. overdue:<due>
);

CREATE UNIQUE INDEX timeline_once ON timeline (kind, subject, once) WHERE once <> '';

CREATE INDEX timeline_subject ON timeline (kind, subject, id);

CREATE INDEX timeline_verb ON timeline (kind, verb, at);

CREATE TABLE tip (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    mode        TEXT NOT NULL,                   -- public, anonymous
    channel     TEXT NOT NULL,                   -- web, open311
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL,
    suspect     TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL,
    address     TEXT NOT NULL DEFAULT '',
    lng         DOUBLE PRECISION NOT NULL DEFAULT 0,
    lat         DOUBLE PRECISION NOT NULL DEFAULT 0,
    answers     TEXT NOT NULL DEFAULT '[]',      -- JSON [{code, values}]
    media_url   TEXT NOT NULL DEFAULT '',
    files       TEXT NOT NULL DEFAULT '[]',      -- JSON, ids
    proof       BYTEA NOT NULL,                  -- verifier of the receipt's secret
    once        TEXT NOT NULL DEFAULT '',        -- the sending of one form
    clue_id     TEXT NOT NULL REFERENCES clue (id),
    follows     TEXT NOT NULL DEFAULT '',        -- the clue that decides, after merging
    issue_id    TEXT NOT NULL DEFAULT '',
    stage       TEXT NOT NULL,
    closed      BOOLEAN NOT NULL DEFAULT FALSE,
    note        TEXT NOT NULL DEFAULT '',
    agency      TEXT NOT NULL DEFAULT '',
    due_at      BIGINT NOT NULL DEFAULT 0,
    closed_at   BIGINT NOT NULL DEFAULT 0,
    review      TEXT NOT NULL,                   -- fresh, shown, held
    shown_body  TEXT NOT NULL DEFAULT '',
    shown_place TEXT NOT NULL DEFAULT '',
    shown_lng   DOUBLE PRECISION NOT NULL DEFAULT 0,
    shown_lat   DOUBLE PRECISION NOT NULL DEFAULT 0,
    shown_media TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
, echoes BIGINT NOT NULL DEFAULT 0);

CREATE INDEX tip_clue ON tip (clue_id);

CREATE INDEX tip_created ON tip (created_at);

CREATE INDEX tip_follows ON tip (follows);

CREATE INDEX tip_issue ON tip (issue_id);

CREATE UNIQUE INDEX tip_once ON tip (once) WHERE once <> '';

CREATE INDEX tip_shown ON tip (kind, shown_lat) WHERE review = 'shown';

CREATE TABLE tip_desk (
    tip_id      TEXT PRIMARY KEY REFERENCES tip (id),
    door        TEXT NOT NULL DEFAULT '{}',      -- JSON, the door's own questions and answers
    entered_by  TEXT NOT NULL DEFAULT '',        -- user who took it down, '' = the reporter
    received_at BIGINT NOT NULL,                 -- when the reporter spoke
    accept_by   BIGINT NOT NULL DEFAULT 0,       -- 0 = no clock
    answer      TEXT NOT NULL DEFAULT '',        -- accepted, refused, elsewhere
    answered_at BIGINT NOT NULL DEFAULT 0,
    body        TEXT NOT NULL DEFAULT '',        -- which body should take it, of elsewhere
    reason      TEXT NOT NULL DEFAULT '',        -- as the reporter is told
    platform    TEXT NOT NULL DEFAULT '',        -- the other system that sent it
    outside     TEXT NOT NULL DEFAULT '',        -- its number there
    outside_due BIGINT NOT NULL DEFAULT 0,       -- its deadline there
    handed      BOOLEAN NOT NULL DEFAULT FALSE,  -- the receipt went through a clerk's hands
    score       TEXT NOT NULL DEFAULT '',        -- the reporter's last word: solved, partly, unsolved
    rated_at    BIGINT NOT NULL DEFAULT 0,
    reopened    BIGINT NOT NULL DEFAULT 0        -- how often the reporter had it taken up again
);

CREATE INDEX tip_desk_accept ON tip_desk (accept_by) WHERE answer = '' AND accept_by > 0;

CREATE UNIQUE INDEX tip_desk_outside ON tip_desk (platform, outside) WHERE outside <> '';

CREATE TABLE value_due (
    period    TEXT NOT NULL,                     -- hour, day
    outlet_id TEXT NOT NULL,
    at        BIGINT NOT NULL,
    run_at    BIGINT NOT NULL,
    batch     BIGINT NOT NULL,
    PRIMARY KEY (period, outlet_id, at)
);

CREATE INDEX value_due_run ON value_due (run_at);
