/** Whether the project can only be looked at here: its past, or one that was shared. */
import { createContext } from "react";

export const ReadOnly = createContext(false);
