-- Figures carry their caption as alternative text; tables keep the widths that their text needs.

function Figure(figure)
  local alt = pandoc.utils.stringify(figure.caption.long)
  if FORMAT == "typst" then
    local path = nil
    figure.content:walk({ Image = function(image) path = image.src end })
    local inner = pandoc.write(pandoc.Pandoc(figure.caption.long), "typst")
    local text = string.format(
      '#figure(image("%s", alt: "%s"), caption: [%s])',
      path, alt:gsub("\\", "\\\\"):gsub('"', '\\"'), inner:gsub("%s+$", ""))
    return pandoc.RawBlock("typst", text)
  end
  return figure:walk({ Image = function(image)
    image.attributes["alt"] = alt
    return image
  end })
end

function Table(tbl)
  if FORMAT == "typst" or FORMAT == "docx" then
    return tbl
  end
  for _, spec in ipairs(tbl.colspecs) do
    spec[2] = nil
  end
  return tbl
end
