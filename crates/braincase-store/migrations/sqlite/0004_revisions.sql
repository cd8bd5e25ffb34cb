-- How far each part of a project has come, so that whoever kept a part can tell by one small read whether it is still what
-- is stored. The numbers rise by triggers, in the transaction that changes the part, so that no write can forget it. The
-- chat needs none: its messages are only ever added, and message_seq and history_from rise with everything that changes it.
ALTER TABLE project ADD COLUMN scene_rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN memory_rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN image_rev INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER scene_added AFTER INSERT ON scene BEGIN
    UPDATE project SET scene_rev = scene_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER scene_changed AFTER UPDATE ON scene BEGIN
    UPDATE project SET scene_rev = scene_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER scene_gone AFTER DELETE ON scene BEGIN
    UPDATE project SET scene_rev = scene_rev + 1 WHERE tenant_id = OLD.tenant_id AND id = OLD.project_id;
END;

CREATE TRIGGER memory_added AFTER INSERT ON project_memory BEGIN
    UPDATE project SET memory_rev = memory_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER memory_changed AFTER UPDATE ON project_memory BEGIN
    UPDATE project SET memory_rev = memory_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER memory_gone AFTER DELETE ON project_memory BEGIN
    UPDATE project SET memory_rev = memory_rev + 1 WHERE tenant_id = OLD.tenant_id AND id = OLD.project_id;
END;

CREATE TRIGGER image_added AFTER INSERT ON image BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER image_changed AFTER UPDATE ON image BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.project_id;
END;
CREATE TRIGGER image_gone AFTER DELETE ON image BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = OLD.tenant_id AND id = OLD.project_id;
END;

-- What is found in some content is part of every image that has it.
CREATE TRIGGER analysis_added AFTER INSERT ON image_analysis BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = NEW.tenant_id AND id IN
        (SELECT project_id FROM image INDEXED BY image_content WHERE tenant_id = NEW.tenant_id AND hash = NEW.hash);
END;
CREATE TRIGGER analysis_changed AFTER UPDATE ON image_analysis BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = NEW.tenant_id AND id IN
        (SELECT project_id FROM image INDEXED BY image_content WHERE tenant_id = NEW.tenant_id AND hash = NEW.hash);
END;
CREATE TRIGGER analysis_gone AFTER DELETE ON image_analysis BEGIN
    UPDATE project SET image_rev = image_rev + 1 WHERE tenant_id = OLD.tenant_id AND id IN
        (SELECT project_id FROM image INDEXED BY image_content WHERE tenant_id = OLD.tenant_id AND hash = OLD.hash);
END;
