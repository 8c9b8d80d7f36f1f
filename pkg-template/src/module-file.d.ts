/** Where the module's bytes come from: a fetch beside this file, or a read in Node. The build puts it in this place. */
declare const bytes: () => Promise<BufferSource>;
export default bytes;
