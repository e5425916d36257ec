/** The setting `etcd.restore` in the text of a stack file. Pure. */
import type { EtcdRestoreSpec } from "../../components/etcd/settings";
import { changeSettings, settingPath } from "../stackSettings";

/**
 * Writes `etcd.restore` into a stack file; keeps comments, order and all other settings.
 * @throws Error if the file has no cluster, or if the settings are invalid with the restore.
 */
export const setRestore = (text: string, restore: EtcdRestoreSpec): string =>
  changeSettings(text, (document) => {
    // A block mapping: an operator reads this in an emergency, and a flow mapping on one line is hard to read.
    document.setIn(settingPath("etcd", "restore"), document.createNode(restore));
  });
