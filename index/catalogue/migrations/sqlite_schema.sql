CREATE TABLE account (
	id VARCHAR(16) NOT NULL, 
	mail VARCHAR(254) NOT NULL, 
	name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	password_hash TEXT, 
	created DATETIME NOT NULL, 
	signed_in DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (mail)
);

CREATE TABLE agreement (
	document_id VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	origin TEXT NOT NULL, 
	groups TEXT NOT NULL, 
	wanted TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (document_id), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO "alembic_version" VALUES('0046');

CREATE TABLE alignment (
	recording_id VARCHAR(16) NOT NULL, 
	deck_id VARCHAR(16) NOT NULL, 
	inputs TEXT NOT NULL, 
	starts JSON NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (recording_id, deck_id), 
	FOREIGN KEY(recording_id) REFERENCES document (id) ON DELETE CASCADE, 
	FOREIGN KEY(deck_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE announcement (
	number INTEGER NOT NULL, 
	receiver VARCHAR(80) NOT NULL, 
	subject VARCHAR(16) NOT NULL, 
	ids JSON NOT NULL, 
	created DATETIME NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt DATETIME NOT NULL, 
	status INTEGER, 
	error TEXT NOT NULL, 
	ended DATETIME, 
	PRIMARY KEY (number)
);

CREATE TABLE announcement_receiver (
	name VARCHAR(80) NOT NULL, 
	told_until DATETIME NOT NULL, 
	events JSON NOT NULL, 
	PRIMARY KEY (name)
);

CREATE TABLE api_token (
	number INTEGER NOT NULL, 
	account_id VARCHAR(16) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	start VARCHAR(16) NOT NULL, 
	name TEXT NOT NULL, 
	scope VARCHAR(16) NOT NULL, 
	created DATETIME NOT NULL, 
	expires DATETIME NOT NULL, 
	used DATETIME, 
	PRIMARY KEY (number), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE, 
	UNIQUE (token_hash)
);

CREATE TABLE area (
	territory VARCHAR(80) NOT NULL, 
	facet VARCHAR(16) NOT NULL, 
	value VARCHAR(80) NOT NULL, 
	label TEXT NOT NULL, 
	PRIMARY KEY (territory, facet)
);

CREATE TABLE audience (
	document_id VARCHAR(16) NOT NULL, 
	group_name VARCHAR(80) NOT NULL, 
	PRIMARY KEY (document_id, group_name), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE audit (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR(16) NOT NULL, 
	act VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (number)
);

CREATE TABLE ballot (
	document_id VARCHAR(16) NOT NULL, 
	voter VARCHAR(32) NOT NULL, 
	useful BOOLEAN NOT NULL, 
	on_answer BOOLEAN NOT NULL, 
	PRIMARY KEY (document_id, voter), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE browser_session (
	number INTEGER NOT NULL, 
	account_id VARCHAR(16) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	former_hash VARCHAR(64), 
	created DATETIME NOT NULL, 
	renewed DATETIME NOT NULL, 
	seen DATETIME NOT NULL, 
	expires DATETIME NOT NULL, id_token TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE, 
	UNIQUE (token_hash), 
	UNIQUE (former_hash)
);

CREATE TABLE chapter_decision (
	recording_id VARCHAR(16) NOT NULL, 
	deck_id VARCHAR(16) NOT NULL, 
	slide INTEGER NOT NULL, 
	start DOUBLE, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (recording_id, deck_id, slide), 
	FOREIGN KEY(recording_id) REFERENCES document (id) ON DELETE CASCADE, 
	FOREIGN KEY(deck_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE clock (
	id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, changes INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id)
);

INSERT INTO "clock" VALUES(1,0,0);

CREATE TABLE contact (
	id VARCHAR(16) NOT NULL, 
	mail VARCHAR(254) NOT NULL, 
	account_id VARCHAR(16), 
	shown JSON, 
	proposed JSON, 
	consented DATETIME, 
	confirmed DATETIME, 
	proposed_at DATETIME, 
	proposed_by TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE TABLE deposit (
	path TEXT NOT NULL, 
	decisions JSON NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (path)
);

CREATE TABLE description (
	document_id VARCHAR(16) NOT NULL, 
	event_id VARCHAR(80), 
	event_source VARCHAR(16), 
	content JSON NOT NULL, 
	PRIMARY KEY (document_id), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE dismissed_resolution (
	document_id VARCHAR(16) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (document_id, fingerprint), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE document (
	id VARCHAR(16) NOT NULL, 
	revision INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	format TEXT NOT NULL, 
	own_title TEXT NOT NULL, 
	title TEXT NOT NULL, 
	authors JSON NOT NULL, 
	warnings JSON NOT NULL, 
	created DATETIME, 
	duration DOUBLE, 
	date VARCHAR(10), 
	event_id VARCHAR(80), 
	added DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	removed DATETIME, sketch JSON DEFAULT '[]' NOT NULL, last_path TEXT DEFAULT '' NOT NULL, own_authors JSON DEFAULT '[]' NOT NULL, summary TEXT DEFAULT '' NOT NULL, checked INTEGER DEFAULT '0' NOT NULL, extractor_version INTEGER DEFAULT '0' NOT NULL, place_groups TEXT DEFAULT 'membres' NOT NULL, transcribed TEXT DEFAULT '' NOT NULL, part_of VARCHAR(16), part_rank INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(event_id) REFERENCES event (id), 
	UNIQUE (revision)
);

CREATE TABLE document_vectors (
	document_id VARCHAR(16) NOT NULL, 
	model TEXT NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	dimensions INTEGER NOT NULL, 
	digests BLOB NOT NULL, 
	vectors BLOB NOT NULL, 
	PRIMARY KEY (document_id, model), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE dossier (
	id VARCHAR(16) NOT NULL, 
	owner VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	introduction TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	removed DATETIME, 
	share VARCHAR(32), 
	PRIMARY KEY (id), 
	UNIQUE (share)
);

CREATE TABLE dossier_item (
	number INTEGER NOT NULL, 
	dossier_id VARCHAR(16) NOT NULL, 
	document_id VARCHAR(16) NOT NULL, 
	place VARCHAR(40) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	note TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	added DATETIME NOT NULL, 
	removed DATETIME, 
	PRIMARY KEY (number), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id) ON DELETE CASCADE, 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE doubt (
	number INTEGER NOT NULL, 
	document_id VARCHAR(16) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	masked TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	found DATETIME NOT NULL, 
	verdict VARCHAR(16), 
	who TEXT DEFAULT '' NOT NULL, 
	at DATETIME, 
	PRIMARY KEY (number), 
	UNIQUE (document_id, fingerprint), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE evaluation (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	conditions JSON NOT NULL, 
	places JSON NOT NULL, 
	PRIMARY KEY (number)
);

CREATE TABLE event (
	id VARCHAR(80) NOT NULL, 
	type TEXT NOT NULL, 
	title TEXT NOT NULL, 
	date VARCHAR(10) NOT NULL, begins TIME, ends TIME, place TEXT DEFAULT '' NOT NULL, link TEXT DEFAULT '' NOT NULL, description TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE event_claim (
	event_id VARCHAR(80) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	content JSON NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (event_id, source)
);

CREATE TABLE failure (
	digest VARCHAR(64) NOT NULL, 
	extractor_version INTEGER NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	message TEXT NOT NULL, 
	advice TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (digest, extractor_version)
);

CREATE TABLE field_decision (
	document_id VARCHAR(16) NOT NULL, 
	field VARCHAR(16) NOT NULL, 
	value TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (document_id, field), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE folder_rule (
	folder TEXT NOT NULL, 
	group_name VARCHAR(80) NOT NULL, 
	PRIMARY KEY (folder, group_name)
);

CREATE TABLE harvest (
	document_id VARCHAR(16) NOT NULL, 
	revision INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (document_id), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE, 
	UNIQUE (revision)
);

CREATE TABLE harvest_group (
	document_id VARCHAR(16) NOT NULL, 
	group_name VARCHAR(80) NOT NULL, 
	PRIMARY KEY (document_id, group_name), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE harvest_set (
	document_id VARCHAR(16) NOT NULL, 
	facet VARCHAR(16) NOT NULL, 
	value VARCHAR(80) NOT NULL, 
	PRIMARY KEY (document_id, facet, value), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE hold (
	document_id VARCHAR(16) NOT NULL, 
	since DATETIME NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	origin TEXT NOT NULL, 
	wanted TEXT NOT NULL, 
	kept DATETIME, 
	who TEXT NOT NULL, 
	PRIMARY KEY (document_id), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE identity (
	issuer VARCHAR(500) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	account_id VARCHAR(16) NOT NULL, 
	linked DATETIME NOT NULL, 
	PRIMARY KEY (issuer, subject), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE TABLE indexer (
	id INTEGER NOT NULL, 
	started DATETIME NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	phase VARCHAR(16) NOT NULL, 
	pending INTEGER NOT NULL, 
	read INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	reading_seconds DOUBLE NOT NULL, 
	per_minute DOUBLE NOT NULL, 
	seconds_left DOUBLE, 
	guard TEXT NOT NULL, 
	held INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	compared DATETIME, 
	compared_seconds DOUBLE NOT NULL, rereading INTEGER DEFAULT '0' NOT NULL, transcribing INTEGER DEFAULT '0' NOT NULL, sound_left DOUBLE DEFAULT '0' NOT NULL, hearing_left DOUBLE, hearing_message TEXT DEFAULT '' NOT NULL, watching INTEGER DEFAULT '0' NOT NULL, embedding INTEGER DEFAULT '0' NOT NULL, embedding_left DOUBLE, embedding_message TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE inquiry (
	id VARCHAR(16) NOT NULL, 
	owner VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	details TEXT NOT NULL, 
	themes JSON NOT NULL, 
	territories JSON NOT NULL, 
	groups TEXT NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	asked DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	taken_up DATETIME, 
	taken_by VARCHAR(16) NOT NULL, 
	passed_on DATETIME, 
	need TEXT NOT NULL, 
	answered DATETIME, 
	document_id VARCHAR(16), 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES document (id)
);

CREATE TABLE inquiry_answer (
	number INTEGER NOT NULL, 
	inquiry_id VARCHAR(16) NOT NULL, 
	author VARCHAR(16) NOT NULL, 
	by_team BOOLEAN NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(inquiry_id) REFERENCES inquiry (id) ON DELETE CASCADE
);

CREATE TABLE inquiry_place (
	number INTEGER NOT NULL, 
	answer INTEGER NOT NULL, 
	document_id VARCHAR(16) NOT NULL, 
	place VARCHAR(40) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(answer) REFERENCES inquiry_answer (number) ON DELETE CASCADE, 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE inquiry_voice (
	inquiry_id VARCHAR(16) NOT NULL, 
	voter VARCHAR(32) NOT NULL, 
	PRIMARY KEY (inquiry_id, voter), 
	FOREIGN KEY(inquiry_id) REFERENCES inquiry (id) ON DELETE CASCADE
);

CREATE TABLE "invitation" (
	number INTEGER NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	mail VARCHAR(254) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	groups JSON NOT NULL, 
	created DATETIME NOT NULL, 
	expires DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (mail), 
	UNIQUE (token_hash)
);

CREATE TABLE judged_question (
	id VARCHAR(16) NOT NULL, 
	text VARCHAR(200) NOT NULL, 
	answers JSON NOT NULL, 
	document_ids JSON NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE left_out (
	path TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	advice TEXT NOT NULL, 
	seen DATETIME NOT NULL, 
	PRIMARY KEY (path)
);

CREATE TABLE library_folder (
	path TEXT NOT NULL, 
	normal_path TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	first_seen DATETIME NOT NULL, 
	gone DATETIME, 
	moved_to TEXT, 
	PRIMARY KEY (path)
);

CREATE TABLE mailed_deposit (
	"key" VARCHAR(64) NOT NULL, 
	sender VARCHAR(64) NOT NULL, 
	handled DATETIME NOT NULL, 
	refused BOOLEAN NOT NULL, 
	answer TEXT NOT NULL, 
	answered DATETIME, 
	PRIMARY KEY ("key")
);

CREATE TABLE member_group (
	name VARCHAR(80) NOT NULL, 
	label TEXT NOT NULL, 
	PRIMARY KEY (name)
);

CREATE TABLE membership (
	account_id VARCHAR(16) NOT NULL, 
	group_name VARCHAR(80) NOT NULL, 
	PRIMARY KEY (account_id, group_name), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE, 
	FOREIGN KEY(group_name) REFERENCES member_group (name) ON DELETE CASCADE
);

CREATE TABLE memo (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);

CREATE TABLE missing (
	path TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	confirmed DATETIME, 
	who TEXT NOT NULL, 
	PRIMARY KEY (path)
);

CREATE TABLE next_search (
	text VARCHAR(200) NOT NULL, 
	next_text VARCHAR(200) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (text, next_text, day)
);

CREATE TABLE notice (
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	text TEXT, 
	problems JSON NOT NULL, 
	pending BOOLEAN NOT NULL, 
	seen DATETIME NOT NULL, 
	PRIMARY KEY (path)
);

CREATE TABLE opened (
	document_id VARCHAR(16) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (document_id, day), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE opened_result (
	text VARCHAR(200) NOT NULL, 
	document_id VARCHAR(16) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (text, document_id, day), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE passage (
	document_id VARCHAR(16) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	unit VARCHAR(16) NOT NULL, 
	number INTEGER NOT NULL, 
	start DOUBLE, 
	"end" DOUBLE, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	notes TEXT NOT NULL, doubtful BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (document_id, ordinal), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE place (
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	document_id VARCHAR(16), 
	seen DATETIME NOT NULL, ctime_ns BIGINT DEFAULT '0' NOT NULL, 
	PRIMARY KEY (path), 
	FOREIGN KEY(document_id) REFERENCES document (id)
);

CREATE TABLE qualification (
	document_id VARCHAR(16) NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (document_id), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE queue (
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	ctime_ns BIGINT NOT NULL, 
	since DATETIME NOT NULL, 
	ready BOOLEAN NOT NULL, 
	started DATETIME, 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (path)
);

CREATE TABLE saved_search (
	token VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	question TEXT NOT NULL, 
	saved DATETIME NOT NULL, owner VARCHAR(16) DEFAULT '' NOT NULL, 
	PRIMARY KEY (token)
);

CREATE TABLE searched (
	text VARCHAR(200) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	times INTEGER NOT NULL, 
	found INTEGER NOT NULL, opened INTEGER, 
	PRIMARY KEY (text, day)
);

CREATE TABLE sent_mail (
	number INTEGER NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);

CREATE TABLE sign_in_attempt (
	number INTEGER NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);

CREATE TABLE subscription (
	token VARCHAR(32) NOT NULL, 
	search VARCHAR(32) NOT NULL, 
	address VARCHAR(254) NOT NULL, 
	rhythm VARCHAR(16) NOT NULL, 
	asked DATETIME NOT NULL, 
	confirmed DATETIME, 
	sent DATETIME, 
	told_until DATETIME, 
	PRIMARY KEY (token), 
	FOREIGN KEY(search) REFERENCES saved_search (token) ON DELETE CASCADE, 
	UNIQUE (search, address)
);

CREATE TABLE tag (
	document_id VARCHAR(16) NOT NULL, 
	facet VARCHAR(16) NOT NULL, 
	value VARCHAR(80) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (document_id, facet, value, source), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE tag_decision (
	document_id VARCHAR(16) NOT NULL, 
	facet VARCHAR(16) NOT NULL, 
	value VARCHAR(80) NOT NULL, 
	chosen BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (document_id, facet, value), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE transcript_correction (
	number INTEGER NOT NULL, 
	document_id VARCHAR(16) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	start DOUBLE NOT NULL, 
	"end" DOUBLE NOT NULL, 
	text TEXT NOT NULL, 
	original TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE transcript_piece (
	digest VARCHAR(64) NOT NULL, 
	engine TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	start DOUBLE NOT NULL, 
	"end" DOUBLE NOT NULL, 
	segments JSON NOT NULL, 
	dropped INTEGER NOT NULL, 
	is_last BOOLEAN NOT NULL, 
	notice TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (digest, engine, number)
);

CREATE TABLE version (
	document_id VARCHAR(16) NOT NULL, 
	number INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	path TEXT NOT NULL, 
	seen DATETIME NOT NULL, 
	modified DATETIME, 
	who TEXT NOT NULL, groups TEXT DEFAULT 'membres' NOT NULL, 
	PRIMARY KEY (document_id, number), 
	FOREIGN KEY(document_id) REFERENCES document (id) ON DELETE CASCADE
);

CREATE TABLE vocabulary_change (
	number INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	entry JSON, 
	undoes INTEGER, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (number)
);

CREATE INDEX document_added ON document (added);

CREATE INDEX document_digest ON document (digest);

CREATE INDEX place_digest ON place (digest);

CREATE INDEX place_document ON place (document_id);

CREATE INDEX version_digest ON version (digest);

CREATE INDEX queue_since ON queue (since);

CREATE INDEX description_event ON description (event_id);

CREATE INDEX searched_day ON searched (day);

CREATE INDEX opened_day ON opened (day);

CREATE INDEX browser_session_account ON browser_session (account_id);

CREATE INDEX api_token_account ON api_token (account_id);

CREATE INDEX sign_in_attempt_subject ON sign_in_attempt (subject);

CREATE INDEX sign_in_attempt_at ON sign_in_attempt (at);

CREATE INDEX audit_at ON audit (at);

CREATE INDEX audit_who ON audit (who);

CREATE INDEX audit_subject ON audit (subject);

CREATE INDEX document_event ON document (event_id);

CREATE INDEX ix_harvest_at ON harvest (at);

CREATE INDEX identity_account ON identity (account_id);

CREATE INDEX document_last_path ON document (last_path);

CREATE INDEX library_folder_normal_path ON library_folder (normal_path);

CREATE INDEX library_folder_first_seen ON library_folder (first_seen);

CREATE INDEX sent_mail_subject ON sent_mail (subject);

CREATE INDEX sent_mail_at ON sent_mail (at);

CREATE INDEX transcript_correction_document ON transcript_correction (document_id);

CREATE INDEX alignment_deck ON alignment (deck_id);

CREATE INDEX chapter_decision_deck ON chapter_decision (deck_id);

CREATE INDEX dossier_owner ON dossier (owner);

CREATE INDEX dossier_item_dossier ON dossier_item (dossier_id);

CREATE INDEX dossier_item_document ON dossier_item (document_id);

CREATE INDEX ballot_document ON ballot (document_id);

CREATE INDEX document_vectors_content ON document_vectors (content);

CREATE INDEX document_vectors_number ON document_vectors (number);

CREATE INDEX inquiry_owner ON inquiry (owner);

CREATE INDEX inquiry_asked ON inquiry (asked);

CREATE UNIQUE INDEX inquiry_document ON inquiry (document_id);

CREATE INDEX inquiry_answer_inquiry ON inquiry_answer (inquiry_id);

CREATE INDEX inquiry_answer_author ON inquiry_answer (author);

CREATE INDEX inquiry_place_answer ON inquiry_place (answer);

CREATE INDEX inquiry_place_document ON inquiry_place (document_id);

CREATE INDEX contact_mail ON contact (mail);

CREATE INDEX contact_account ON contact (account_id);

CREATE INDEX announcement_state ON announcement (state);

CREATE INDEX next_search_day ON next_search (day);

CREATE INDEX opened_result_day ON opened_result (day);

CREATE INDEX document_part_of ON document (part_of) WHERE part_of IS NOT NULL
