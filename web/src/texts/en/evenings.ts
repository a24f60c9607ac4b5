export const evenings = {
  status: {
    creating: 'Opening',
    open: 'Open',
    closed: 'Closed',
    archived: 'Archived',
    aborted: 'Never opened',
  },
};
